package payroll

import "context"

// AddedBefore registers somebody as programs did that did not hold their roles against each other.
func (b *Book) AddedBefore(ctx context.Context, by *Session, a NewActor) error {
	_, p, err := b.newKey(a.Passphrase)
	if err != nil {
		return err
	}
	return b.update(ctx, func(tx Tx) error {
		meta, err := tx.Meta(ctx)
		if err != nil {
			return err
		}
		p.Name, p.Roles, p.ID, p.Natural = a.Name, a.Roles, a.ID, natural(meta, a.ID)
		e, err := b.record(ctx, tx, by, EventActorAdded, p.pairs(ProposeActorAdd)...)
		if err != nil {
			return err
		}
		who := p.actor()
		who.Added = e.Position
		return tx.PutActor(ctx, who)
	})
}
