package app

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"net/smtp"
	"strings"
	"time"

	"zhida/payroll"
	"zhida/payroll/schedule"
)

// Send tells those outside of a reminder: an HTTP address on this machine, a mail
// server, or both. It names no person and no amount.
func Send(ctx context.Context, n payroll.Notify, d schedule.Duty) error {
	if n.Webhook != "" {
		if err := post(ctx, n.Webhook, d); err != nil {
			return err
		}
	}
	if n.SMTP == "" {
		return nil
	}
	subject := "直达：" + d.Month.String() + " " + d.Chinese()
	mail := fmt.Sprintf("From: %s\r\nTo: %s\r\nSubject: %s\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n%s，日期 %s。\r\n",
		n.From, strings.Join(n.To, ", "), mime.BEncoding.Encode("utf-8", subject), subject, d.Date)
	return smtp.SendMail(n.SMTP, nil, n.From, n.To, []byte(mail))
}

func post(ctx context.Context, address string, d schedule.Duty) error {
	body, err := json.Marshal(map[string]any{"month": d.Month, "step": strings.TrimSuffix(d.Step, schedule.LateSuffix), "date": d.Date, "late": d.Late(), "text": d.Chinese()})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode >= 300 {
		return fmt.Errorf("the webhook answered %s", answer.Status)
	}
	return nil
}
