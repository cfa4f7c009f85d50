"""What of an account is sealed under its person's key, for a rotation to seal anew."""

from api.accounts.identities import identity_aad
from api.accounts.signing_in import seed_aad
from api.accounts.store import invitations, people
from api.accounts.store.factors import ExternalRow
from api.accounts.store.invitations import InvitationRow
from api.accounts.store.people import PersonRow
from core.blindindex import index_key_id
from core.resealing import SealedColumn

SEALED = (
    SealedColumn(PersonRow, "sealed_card", people.bound),
    SealedColumn(
        PersonRow,
        "email_index",
        lambda row: (people.EMAILS, {}),
        key_id=index_key_id,
        anew=people.index_anew,
    ),
    SealedColumn(InvitationRow, "sealed_email", invitations.bound),
    SealedColumn(PersonRow, "totp_sealed", lambda row: (row.id, seed_aad(row.id))),
    SealedColumn(
        ExternalRow,
        "sealed_identity",
        lambda row: (row.person_id, identity_aad(row.person_id)),
    ),
)
