"""The resident's side: details, feedback, homes; who wants a person, what was reopened."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Not as a batch: that makes the table anew, and SQLite drops none that others point to.
    op.add_column(
        "demands",
        sa.Column("wants_person", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    op.add_column(
        "demands", sa.Column("reopened", sa.Integer(), server_default="0", nullable=False)
    )
    op.create_table(
        "details",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column(
            "demand_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("receipt", sa.String(length=64), nullable=False),
        sa.Column("once", sa.String(length=64), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["demand_id"], ["demands.id"], name=op.f("fk_details_demand_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_details")),
        sa.UniqueConstraint("once", name=op.f("uq_details_once")),
    )
    with op.batch_alter_table("details", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_details_demand_id"), ["demand_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_details_receipt"), ["receipt"], unique=False)
    op.create_table(
        "erasures",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("channel", sa.String(length=60), nullable=False),
        sa.Column("sender", sa.String(length=64), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasures")),
    )
    op.create_table(
        "feedback",
        sa.Column("who", sa.String(length=64), nullable=False),
        sa.Column("entry_id", sa.String(length=120), nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("helpful", sa.Boolean(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("who", "entry_id", "revision", name=op.f("pk_feedback")),
    )
    op.create_table(
        "homes",
        sa.Column("channel", sa.String(length=60), nullable=False),
        sa.Column("sender", sa.String(length=64), nullable=False),
        sa.Column("region", sa.String(length=6), nullable=False),
        sa.Column("consented_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("channel", "sender", name=op.f("pk_homes")),
    )


def downgrade() -> None:
    op.drop_table("homes")
    op.drop_table("feedback")
    op.drop_table("erasures")
    with op.batch_alter_table("details", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_details_receipt"))
        batch_op.drop_index(batch_op.f("ix_details_demand_id"))
    op.drop_table("details")
    op.drop_column("demands", "reopened")
    op.drop_column("demands", "wants_person")
