package desk

import (
	"strconv"
	"strings"

	"zhida/payroll"
	"zhida/rules/facts"
	"zhida/rules/identity"
	"zhida/rules/message"
)

// actorsPage are the people who act in the book.
type actorsPage struct {
	Actors []payroll.Actor
	Roles  []payroll.Role // that can be given
	// Townships are those whose office can be given; departments are named in words.
	Townships []choice
}

func actorsShow(r *request) error {
	list, err := r.desk.book.ActorList(r.Context())
	if err != nil {
		return err
	}
	p := actorsPage{Actors: list, Roles: []payroll.Role{payroll.RoleMaker, payroll.RoleChecker, payroll.RoleApprover, payroll.RoleAuditor, payroll.RoleAdmin}}
	names, err := r.placeNames()
	if err != nil {
		return err
	}
	for _, code := range sortedCodes(names) {
		if code == facts.Township(code) {
			p.Townships = append(p.Townships, choice{Code: code, Name: names[code]})
		}
	}
	return r.page("actors", "人员和密钥", p)
}

// actorAddDo registers somebody. They choose their passphrase themselves, at this screen.
func actorAddDo(r *request) (string, error) {
	a := payroll.NewActor{Name: strings.TrimSpace(r.PostFormValue("name"))}
	roles := r.PostForm["role"]
	for _, department := range append(strings.Fields(strings.ReplaceAll(r.PostFormValue("department"), "，", " ")), r.PostForm["township"]...) {
		if department != "" {
			roles = append(roles, string(payroll.Owner(department)))
		}
	}
	for _, text := range roles {
		role, err := payroll.ParseRole(text)
		if err != nil {
			return "", err
		}
		a.Roles = append(a.Roles, role)
	}
	id, err := identity.ParseResidentID(strings.TrimSpace(r.PostFormValue("id")))
	if err != nil {
		return "", err
	}
	first, again := r.PostFormValue("new_passphrase"), r.PostFormValue("new_passphrase_again")
	if first != again {
		return "", message.Err("desk.two_passphrases")
	}
	a.ID, a.Passphrase = id, []byte(first)
	added, at, err := r.desk.book.AddActor(r.Context(), r.signer, a)
	if err != nil || at != 0 {
		return r.actorProposed(a.Name, at, err)
	}
	r.say("actor.added", added.Actor.Name, r.desk.rolesText(r.Context(), added.Actor.Roles, r.lang), added.Actor.KeyID)
	return "/actors", nil
}

func actorRemoveDo(r *request) (string, error) {
	name := r.PostFormValue("name")
	at, err := r.desk.book.RemoveActor(r.Context(), r.signer, name, r.PostFormValue("reason"))
	if err != nil || at != 0 {
		return r.actorProposed(name, at, err)
	}
	r.say("actor.removed", name)
	return "/actors", nil
}

func actorRekeyDo(r *request) (string, error) {
	first, again := r.PostFormValue("new_passphrase"), r.PostFormValue("new_passphrase_again")
	if first != again {
		return "", message.Err("desk.two_passphrases")
	}
	name := r.PostFormValue("name")
	s, at, err := r.desk.book.RekeyActor(r.Context(), r.signer, name, []byte(first))
	if err != nil || at != 0 {
		return r.actorProposed(name, at, err)
	}
	r.say("actor.rekeyed", s.Actor.Name, s.Actor.KeyID)
	return "/actors", nil
}

// actorProposed leads to what waits for a second person about somebody.
func (r *request) actorProposed(name string, at int64, err error) (string, error) {
	if err != nil {
		return "", err
	}
	r.say("actor.proposed", name, at)
	return "/proposals/" + strconv.FormatInt(at, 10), nil
}
