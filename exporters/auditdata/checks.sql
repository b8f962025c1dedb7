-- 审计检查语句，SQLite 和 PostgreSQL 通用。发放类的检查只算已审批、已导出的批次（committed = 1）。
-- 标“检查”的没有结果才正常，标“列示”的结果请逐条看。

-- [检查] 一张卡付给几个人
SELECT p.card_no, COUNT(DISTINCT p.person) AS people, MIN(p.person) AS first_person, MAX(p.person) AS last_person, SUM(p.fen) AS fen
FROM payments p JOIN batches b ON b.batch = p.batch AND b.committed = 1
WHERE p.target = ''
GROUP BY p.card_no
HAVING COUNT(DISTINCT p.person) > 1
ORDER BY p.card_no;

-- [检查] 一张卡登记在几个人名下
SELECT card_no, COUNT(DISTINCT person) AS people, MIN(person) AS first_person, MAX(person) AS last_person
FROM accounts
GROUP BY card_no
HAVING COUNT(DISTINCT person) > 1
ORDER BY card_no;

-- [检查] 付款户名与本人姓名不同
SELECT p.batch, p.seq, p.person, s.name, p.holder, p.fen
FROM payments p JOIN batches b ON b.batch = p.batch AND b.committed = 1
JOIN settlements s ON s.batch = p.batch AND s.person = p.person
WHERE p.target = '' AND p.holder <> s.name
ORDER BY p.batch, p.seq;

-- [检查] 去世以后月份的应发，扣回以后还有余额
SELECT l.person, l.item, l.pay_month, MIN(d.died) AS died, SUM(l.fen) AS fen
FROM lines l JOIN batches b ON b.batch = l.batch AND b.committed = 1
JOIN items i ON i.item = l.item
JOIN (SELECT person, MIN(died) AS died FROM persons WHERE died <> '' GROUP BY person) d ON d.person = l.person
WHERE l.side = 'gross' AND i.on_death = 0 AND SUBSTR(d.died, 1, 7) < l.pay_month
GROUP BY l.person, l.item, l.pay_month
HAVING SUM(l.fen) > 0
ORDER BY l.person, l.item, l.pay_month;

-- [检查] 在职人员在没有任职的月份有应发，扣回以后还有余额
SELECT l.person, l.item, l.pay_month, SUM(l.fen) AS fen
FROM lines l JOIN batches b ON b.batch = l.batch AND b.committed = 1
JOIN settlements s ON s.batch = l.batch AND s.person = l.person
WHERE l.side = 'gross' AND s.category <> 'former_village_cadre'
  AND NOT EXISTS (SELECT 1 FROM spells t WHERE t.person = l.person AND SUBSTR(t.since, 1, 7) <= l.pay_month AND (t.until = '' OR SUBSTR(t.until, 1, 7) >= l.pay_month))
GROUP BY l.person, l.item, l.pay_month
HAVING SUM(l.fen) > 0
ORDER BY l.person, l.item, l.pay_month;

-- [检查] 领款人不在花名册
SELECT DISTINCT p.batch, p.person, p.holder
FROM payments p JOIN batches b ON b.batch = p.batch AND b.committed = 1
WHERE NOT EXISTS (SELECT 1 FROM persons x WHERE x.person = p.person)
ORDER BY p.batch, p.person;

-- [检查] 没有文号，或文号不在采用的文件里的明细
SELECT l.batch, l.person, l.item, l.pay_month, l.fen, l.document
FROM lines l JOIN batches b ON b.batch = l.batch AND b.committed = 1
LEFT JOIN documents d ON d.position = l.position
WHERE l.document = '' OR d.position IS NULL
ORDER BY l.batch, l.person, l.item, l.pay_month;

-- [检查] 所属月份不在文件执行期间，还有余额
SELECT l.person, l.item, l.pay_month, l.document, SUM(l.fen) AS fen
FROM lines l JOIN batches b ON b.batch = l.batch AND b.committed = 1
JOIN documents d ON d.position = l.position
WHERE l.fen > 0 AND (l.pay_month < d.first_month OR d.last_month <> '' AND l.pay_month > d.last_month)
GROUP BY l.person, l.item, l.pay_month, l.document
ORDER BY l.person, l.item, l.pay_month;

-- [检查] 同一人同一项目同一月份：以前已计加各批次本次，不等于最后核定（重复发放）
SELECT f.person, f.item, f.pay_month, f.committed_fen + t.fen AS paid_fen, z.due_fen
FROM (SELECT l.person, l.item, l.pay_month, MIN(b.horizon * 1000 + l.n) AS first_at, MAX(b.horizon * 1000 + l.n) AS last_at, SUM(l.fen) AS fen
      FROM (SELECT batch, person, item, pay_month, fen, CAST(SUBSTR(batch, 9) AS BIGINT) AS n FROM lines) l
      JOIN batches b ON b.batch = l.batch AND b.committed = 1
      GROUP BY l.person, l.item, l.pay_month) t
JOIN (SELECT l.*, b.horizon * 1000 + CAST(SUBSTR(l.batch, 9) AS BIGINT) AS at_order FROM lines l JOIN batches b ON b.batch = l.batch AND b.committed = 1) f
  ON f.person = t.person AND f.item = t.item AND f.pay_month = t.pay_month AND f.at_order = t.first_at
JOIN (SELECT l.*, b.horizon * 1000 + CAST(SUBSTR(l.batch, 9) AS BIGINT) AS at_order FROM lines l JOIN batches b ON b.batch = l.batch AND b.committed = 1) z
  ON z.person = t.person AND z.item = t.item AND z.pay_month = t.pay_month AND z.at_order = t.last_at
WHERE f.committed_fen + t.fen <> z.due_fen
ORDER BY f.person, f.item, f.pay_month;

-- [检查] 明细合计与每人结果不符
SELECT s.batch, s.person, s.gross_fen, s.deduction_fen, COALESCE(l.gross, 0) AS lines_gross, COALESCE(l.deduction, 0) AS lines_deduction
FROM settlements s
LEFT JOIN (SELECT batch, person, SUM(CASE WHEN side = 'gross' THEN fen ELSE 0 END) AS gross, SUM(CASE WHEN side = 'deduction' THEN fen ELSE 0 END) AS deduction FROM lines GROUP BY batch, person) l
  ON l.batch = s.batch AND l.person = s.person
WHERE s.gross_fen <> COALESCE(l.gross, 0) OR s.deduction_fen <> COALESCE(l.deduction, 0)
ORDER BY s.batch, s.person;

-- [检查] 应发 - 扣款 + 重发 不等于 实发 + 缓发增减 - 待扣增减
SELECT batch, person, gross_fen, deduction_fen, reissued_fen, pay_fen, held_fen, owed_fen
FROM settlements
WHERE gross_fen - deduction_fen + reissued_fen <> pay_fen + held_fen - owed_fen
ORDER BY batch, person;

-- [检查] 每人实发与付款合计不符
SELECT s.batch, s.person, s.pay_fen, COALESCE(p.fen, 0) AS payments_fen
FROM settlements s
LEFT JOIN (SELECT batch, person, SUM(fen) AS fen FROM payments GROUP BY batch, person) p ON p.batch = s.batch AND p.person = s.person
WHERE s.pay_fen <> COALESCE(p.fen, 0)
ORDER BY s.batch, s.person;

-- [检查] 付款给了批次以外的人
SELECT p.batch, p.seq, p.person, p.fen
FROM payments p LEFT JOIN settlements s ON s.batch = p.batch AND s.person = p.person
WHERE s.person IS NULL
ORDER BY p.batch, p.seq;

-- [检查] 批次合计与每人结果、明细、付款不符
SELECT b.batch, b.gross_fen, b.deduction_fen, b.held_fen, b.owed_fen, b.net_fen, s.gross_fen AS s_gross, s.deduction_fen AS s_deduction, s.pay_fen AS s_pay
FROM batches b
LEFT JOIN (SELECT batch, COUNT(*) AS people, SUM(gross_fen) AS gross_fen, SUM(deduction_fen) AS deduction_fen, SUM(held_fen) AS held_fen, SUM(owed_fen) AS owed_fen, SUM(pay_fen) AS pay_fen FROM settlements GROUP BY batch) s ON s.batch = b.batch
LEFT JOIN (SELECT batch, COUNT(*) AS n FROM lines GROUP BY batch) l ON l.batch = b.batch
WHERE b.gross_fen <> COALESCE(s.gross_fen, 0) OR b.deduction_fen <> COALESCE(s.deduction_fen, 0) OR b.held_fen <> COALESCE(s.held_fen, 0)
   OR b.owed_fen <> COALESCE(s.owed_fen, 0) OR b.net_fen <> COALESCE(s.pay_fen, 0) OR b.line_count <> COALESCE(l.n, 0) OR b.roster <> COALESCE(s.people, 0)
ORDER BY b.batch;

-- [检查] 已导出批次的银行文件合计与付款合计不符
SELECT b.batch, b.net_fen, COALESCE(f.fen, 0) AS files_fen, COALESCE(p.fen, 0) AS payments_fen
FROM batches b
LEFT JOIN (SELECT batch, SUM(total_fen) AS fen, SUM(rows_sent) AS n FROM files GROUP BY batch) f ON f.batch = b.batch
LEFT JOIN (SELECT batch, SUM(fen) AS fen, COUNT(*) AS n FROM payments GROUP BY batch) p ON p.batch = b.batch
WHERE b.state = 'exported' AND (b.net_fen <> COALESCE(f.fen, 0) OR COALESCE(f.fen, 0) <> COALESCE(p.fen, 0) OR COALESCE(f.n, 0) <> COALESCE(p.n, 0))
ORDER BY b.batch;

-- [检查] 资金分担合计与每人结果不符
SELECT s.batch, s.person, s.gross_fen, s.deduction_fen, s.pay_fen, COALESCE(p.gross, 0) AS p_gross, COALESCE(p.deduction, 0) AS p_deduction, COALESCE(p.pay, 0) AS p_pay, COALESCE(p.moved, 0) AS p_moved
FROM settlements s
LEFT JOIN (SELECT batch, person, SUM(gross_fen) AS gross, SUM(deduction_fen) AS deduction, SUM(pay_fen) AS pay, SUM(held_fen) AS held, SUM(owed_fen) AS owed, SUM(moved_fen) AS moved FROM portions GROUP BY batch, person) p
  ON p.batch = s.batch AND p.person = s.person
WHERE s.gross_fen <> COALESCE(p.gross, 0) OR s.deduction_fen <> COALESCE(p.deduction, 0) OR s.pay_fen <> COALESCE(p.pay, 0)
   OR s.held_fen <> COALESCE(p.held, 0) OR s.owed_fen <> COALESCE(p.owed, 0) OR COALESCE(p.moved, 0) <> 0
ORDER BY s.batch, s.person;

-- [检查] 经办、复核、审批不是三个人
SELECT batch, maker, checker, approver
FROM batches
WHERE committed = 1 AND (maker = '' OR checker = '' OR approver = '' OR maker = checker OR maker = approver OR checker = approver)
ORDER BY batch;

-- [检查] 生效的批次在日志里没有审批
SELECT b.batch
FROM batches b
WHERE b.committed = 1 AND NOT EXISTS (SELECT 1 FROM events e WHERE e.batch = b.batch AND e.kind = 'batch.approved')
ORDER BY b.batch;

-- [检查] 差额没有事实或文件能解释
SELECT l.batch, l.person, l.item, l.pay_month, l.fen
FROM lines l JOIN batches b ON b.batch = l.batch AND b.committed = 1
WHERE l.cause = 'program'
ORDER BY l.batch, l.person, l.item, l.pay_month;

-- [检查] 一笔退票重发了几次
SELECT p.replaces, COUNT(*) AS times, SUM(p.fen) AS fen, MAX(o.fen) AS returned_fen
FROM payments p JOIN batches b ON b.batch = p.batch AND b.committed = 1
LEFT JOIN payments o ON o.batch || '#' || o.seq = p.replaces
WHERE p.replaces <> ''
GROUP BY p.replaces
HAVING SUM(p.fen) > COALESCE(MAX(o.fen), SUM(p.fen))
ORDER BY p.replaces;

-- [列示] 退票、撤回，还没有重发或上缴的
SELECT batch, seq, person, holder, fen, state, bank_reason
FROM payments
WHERE state IN ('returned', 'recalled', 'parked')
ORDER BY batch, seq;

-- [列示] 付给本人以外的
SELECT p.batch, p.seq, p.person, s.name, p.holder, p.target, p.fen
FROM payments p JOIN settlements s ON s.batch = p.batch AND s.person = p.person
WHERE p.target <> ''
ORDER BY p.batch, p.seq;

-- [列示] 批次当月启用的卡
SELECT p.batch, p.seq, p.person, a.since, a.entered_by, a.proof, p.fen
FROM payments p JOIN batches b ON b.batch = p.batch AND b.committed = 1
JOIN accounts a ON a.person = p.person AND a.card_no = p.card_no
WHERE SUBSTR(a.since, 1, 7) = b.month
ORDER BY p.batch, p.seq;

-- [列示] 同村同名的不同人都有付款
SELECT s.batch, s.place, s.name, COUNT(*) AS people, MIN(s.person) AS first_person, MAX(s.person) AS last_person
FROM settlements s JOIN batches b ON b.batch = s.batch AND b.committed = 1
WHERE s.pay_fen > 0
GROUP BY s.batch, s.place, s.name
HAVING COUNT(*) > 1
ORDER BY s.batch, s.place, s.name;

-- [列示] 手工录入的给定金额，按录入人
SELECT entered_by, item, COUNT(*) AS amounts, SUM(fen) AS fen, SUM(CASE WHEN document = '' THEN 1 ELSE 0 END) AS without_document
FROM amounts
GROUP BY entered_by, item
ORDER BY entered_by, item;

-- [列示] 待扣余额（本期间的变动）
SELECT person, item, pay_month, SUM(fen) AS fen
FROM receivables
GROUP BY person, item, pay_month
HAVING SUM(fen) <> 0
ORDER BY person, item, pay_month;

-- [列示] 每笔资金每个地方的分录合计
SELECT fund, place, source, target, COUNT(*) AS postings, SUM(fen) AS fen
FROM postings
GROUP BY fund, place, source, target
ORDER BY fund, place, source, target;
