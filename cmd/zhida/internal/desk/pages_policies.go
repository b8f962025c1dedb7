package desk

// policiesShow lists the documents by which the book computes.
func policiesShow(r *request) error {
	list, err := r.desk.book.PolicyList(r.Context())
	if err != nil {
		return err
	}
	return r.page("policies", "政策文件", list)
}

// settingsShow shows the county's settings in force.
func settingsShow(r *request) error {
	text, err := r.desk.book.SettingsText(r.Context())
	if err != nil {
		return err
	}
	return r.page("settings", "设置", text)
}

// proposeDo proposes a policy file or settings; somebody else adopts them.
func proposeDo(propose func(r *request, file string, text []byte) (int64, error)) func(*request) (string, error) {
	return func(r *request) (string, error) {
		files, err := r.uploaded("files")
		if err != nil {
			return "", err
		}
		for _, file := range files {
			text, name, err := r.desk.take(file)
			if err != nil {
				return "", err
			}
			at, err := propose(r, name, text)
			if err != nil {
				return "", err
			}
			r.say("proposal.made", at)
		}
		return "/proposals", nil
	}
}

func proposePolicy(r *request, file string, text []byte) (int64, error) {
	return r.desk.book.ProposePolicy(r.Context(), r.signer, file, text)
}

func proposeSettings(r *request, file string, text []byte) (int64, error) {
	return r.desk.book.ProposeSettings(r.Context(), r.signer, file, text)
}
