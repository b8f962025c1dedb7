package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"zhida/cmd/zhida/internal/app"
	"zhida/payroll"
	"zhida/rules/identity"
	"zhida/rules/message"
)

// actorRow is somebody who acts, as JSON prints it.
type actorRow struct {
	Name  string         `json:"name"`
	Roles []payroll.Role `json:"roles"`
	KeyID string         `json:"key_id"`
	Added int64          `json:"added_at"`
	Ended int64          `json:"ended_at,omitempty"` // position at which the key ended
}

func (c *cli) actorCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "actor", Short: "人员、角色和密钥"}
	var roles []string
	var idFile, passFile string
	add := &cobra.Command{
		Use: "add NAME", Short: "登记一名操作人员并生成 SM2 密钥", Args: cobra.ExactArgs(1),
		Long: "第一名登记的是管理员，由自己担保；以后的由管理员（--as）担保。第一个批次提交以后，登记、停用、换新密钥都由管理员提出、\n与此无关的复核或审批确认（proposal accept）；管理员一个都不在的，复核或审批可以提出登记一名管理员。身份证号从文件或终端读，一人只能有一个账号。",
		Example: `  zhida actor add 周正 --role admin --id-file 周正.id --new-passphrase-file 周正.pass
  zhida actor add 张敏 --role maker --id-file 张敏.id --new-passphrase-file 张敏.pass --as 周正`,
		RunE: func(cmd *cobra.Command, args []string) error {
			n := payroll.NewActor{Name: args[0]}
			for _, r := range roles {
				role, err := payroll.ParseRole(r)
				if err != nil {
					return err
				}
				n.Roles = append(n.Roles, role)
			}
			id, err := c.readID(idFile)
			if err != nil {
				return err
			}
			n.ID = id
			return c.with(cmd, func(ctx context.Context, a *app.App) error {
				list, err := a.ActorList(ctx)
				if err != nil {
					return err
				}
				var by *payroll.Session
				if len(list) > 0 {
					if by, err = c.session(ctx, a); err != nil {
						return err
					}
				}
				if n.Passphrase, err = c.passphrase(n.Name, passFile); err != nil {
					return err
				}
				added, at, err := a.AddActor(ctx, by, n)
				if err != nil {
					return err
				}
				if at != 0 {
					c.say("actor.proposed", n.Name, at)
					return nil
				}
				c.say("actor.added", added.Actor.Name, c.rolesText(added.Actor.Roles), added.Actor.KeyID)
				return nil
			})
		},
	}
	add.Flags().StringSliceVar(&roles, "role", nil, "角色：admin 管理员、maker 经办、checker 复核、approver 审批、auditor 审计；owner:组织部 或 owner:乡镇代码，是会签数据的主管部门")
	add.Flags().StringVar(&idFile, "id-file", "", "存身份证号的文件；不给就在终端询问")
	add.Flags().StringVar(&passFile, "new-passphrase-file", "", "存新口令的文件（至少 8 个字符）；不给就在终端询问")
	list := &cobra.Command{
		Use: "list", Short: "列出操作人员", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.with(cmd, func(ctx context.Context, a *app.App) error {
				list, err := a.ActorList(ctx)
				if err != nil {
					return err
				}
				rows, out := [][]string{}, []actorRow{}
				for _, x := range list {
					ended := ""
					if x.Removed != 0 {
						ended = fmt.Sprint(x.Removed)
					}
					rows = append(rows, []string{x.Name, c.rolesText(x.Roles), x.KeyID, fmt.Sprint(x.Added), ended})
					out = append(out, actorRow{x.Name, x.Roles, x.KeyID, x.Added, x.Removed})
				}
				if c.json {
					return c.printJSON(out)
				}
				c.table([]string{"姓名", "角色", "密钥", "日志", "停用"}, rows)
				return nil
			})
		},
	}
	var reason string
	remove := &cobra.Command{
		Use: "remove NAME", Short: "停用一个人的密钥：离岗、密钥丢失或泄露；签过的仍然有效", Args: cobra.ExactArgs(1),
		Example: "  zhida actor remove 王审 --reason 调离 --as 周正\n  zhida actor remove 王审 --reason 密钥丢失 --as 李复",
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.acting(cmd, func(ctx context.Context, a *app.App, s *payroll.Session) error {
				at, err := a.RemoveActor(ctx, s, args[0], reason)
				switch {
				case err != nil:
					return err
				case at != 0:
					c.say("actor.proposed", args[0], at)
				default:
					c.say("actor.removed", args[0])
				}
				return nil
			})
		},
	}
	remove.Flags().StringVar(&reason, "reason", "", "为什么停用")
	rekey := &cobra.Command{
		Use: "rekey NAME", Short: "给密钥停用了的人换新密钥；第一个批次提交以前，停用的人和换新的管理员不能是同一个", Args: cobra.ExactArgs(1),
		Example: "  zhida actor rekey 王审 --new-passphrase-file 王审.pass --as 周正",
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.acting(cmd, func(ctx context.Context, a *app.App, s *payroll.Session) error {
				passphrase, err := c.passphrase(args[0], passFile)
				if err != nil {
					return err
				}
				again, at, err := a.RekeyActor(ctx, s, args[0], passphrase)
				switch {
				case err != nil:
					return err
				case at != 0:
					c.say("actor.proposed", args[0], at)
				default:
					c.say("actor.rekeyed", args[0], again.Actor.KeyID)
				}
				return nil
			})
		},
	}
	rekey.Flags().StringVar(&passFile, "new-passphrase-file", "", "存新口令的文件（至少 8 个字符）；不给就在终端询问")
	cmd.AddCommand(add, list, remove, rekey)
	return cmd
}

// rolesText lists roles in the language of the screen.
func (c *cli) rolesText(roles []payroll.Role) string {
	list := make([]string, len(roles))
	for i, r := range roles {
		list[i] = c.said(r.Chinese())
	}
	return strings.Join(list, c.word("、"))
}

// readID reads an ID number from a file or the terminal: never from the command line, which others can see.
func (c *cli) readID(file string) (identity.ResidentID, error) {
	var text []byte
	var err error
	if file != "" {
		if text, err = os.ReadFile(file); err != nil {
			return "", message.Err("file.missing", file)
		}
	} else if text, err = c.passphrase("身份证号", ""); err != nil {
		return "", message.Err("actor.no_id")
	}
	return identity.ParseResidentID(strings.TrimSpace(string(text)))
}
