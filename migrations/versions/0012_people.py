"""People: accounts, memberships, invitations, sessions and factors; keys that say when they end.

The operator's keys, which could do everything, gain the scopes that did not exist before.
"""

import json

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0019"
branch_labels = None
depends_on = None

NEW = ("members", "audit", "attest", "webhooks")


def upgrade() -> None:
    op.create_table(
        "external_identity",
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("issuer", "subject"),
    )
    op.create_index(
        op.f("ix_external_identity_person_id"), "external_identity", ["person_id"], unique=False
    )
    op.create_table(
        "passkey",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("credential_id", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("used_at", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("credential_id"),
    )
    op.create_index(op.f("ix_passkey_person_id"), "passkey", ["person_id"], unique=False)
    op.create_table(
        "person",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=True),
        sa.Column("totp_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("totp_confirmed_at", sa.Text(), nullable=True),
        sa.Column("totp_step", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("disabled_at", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("email"),
    )
    op.create_table(
        "recovery_code",
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("used_at", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("person_id", "hash"),
    )
    op.create_table(
        "sign_in_attempt",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("since", sa.Text(), nullable=False),
        sa.Column("locked_until", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "sign_in_challenge",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        op.f("ix_sign_in_challenge_expires_at"), "sign_in_challenge", ["expires_at"], unique=False
    )
    op.create_table(
        "signed_in",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("methods", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("seen_at", sa.Text(), nullable=False),
        sa.Column("fresh_at", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.Text(), nullable=True),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("device", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_signed_in_expires_at"), "signed_in", ["expires_at"], unique=False)
    op.create_index(op.f("ix_signed_in_person_id"), "signed_in", ["person_id"], unique=False)
    op.create_table(
        "invitation",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("roles", sa.Text(), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.Text(), nullable=False),
        sa.Column("used_at", sa.Text(), nullable=True),
        sa.Column("withdrawn_at", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["tenant.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("hash"),
    )
    op.create_index(op.f("ix_invitation_tenant_id"), "invitation", ["tenant_id"], unique=False)
    op.create_table(
        "membership",
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("roles", sa.Text(), nullable=False),
        sa.Column("since", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["tenant.id"],
        ),
        sa.PrimaryKeyConstraint("person_id", "tenant_id"),
    )
    op.add_column("api_key", sa.Column("name", sa.String(), nullable=True))
    op.add_column("api_key", sa.Column("expires_at", sa.Text(), nullable=True))
    op.add_column("api_key", sa.Column("used_at", sa.Text(), nullable=True))
    op.add_column("api_key", sa.Column("made_by", sa.String(), nullable=True))
    _widen()


def downgrade() -> None:
    op.drop_column("api_key", "made_by")
    op.drop_column("api_key", "used_at")
    op.drop_column("api_key", "expires_at")
    op.drop_column("api_key", "name")
    op.drop_table("membership")
    op.drop_index(op.f("ix_invitation_tenant_id"), table_name="invitation")
    op.drop_table("invitation")
    op.drop_index(op.f("ix_signed_in_person_id"), table_name="signed_in")
    op.drop_index(op.f("ix_signed_in_expires_at"), table_name="signed_in")
    op.drop_table("signed_in")
    op.drop_index(op.f("ix_sign_in_challenge_expires_at"), table_name="sign_in_challenge")
    op.drop_table("sign_in_challenge")
    op.drop_table("sign_in_attempt")
    op.drop_table("recovery_code")
    op.drop_table("person")
    op.drop_index(op.f("ix_passkey_person_id"), table_name="passkey")
    op.drop_table("passkey")
    op.drop_index(op.f("ix_external_identity_person_id"), table_name="external_identity")
    op.drop_table("external_identity")


def _widen() -> None:
    keys = sa.table("api_key", sa.column("id", sa.String()), sa.column("scopes", sa.Text()))
    connection = op.get_bind()
    for key_id, text in connection.execute(sa.select(keys.c.id, keys.c.scopes)).all():
        scopes = json.loads(text)
        if "admin" in scopes:
            wider = json.dumps(sorted({*scopes, *NEW}), separators=(",", ":"))
            connection.execute(sa.update(keys).where(keys.c.id == key_id).values(scopes=wider))
