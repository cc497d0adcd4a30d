"""An index of what was on the way and at service points, for the stock card by place."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    where = sa.text("source IN ('points', 'transit') OR target IN ('points', 'transit')")
    op.create_index(
        "movements_beside_the_office", "movements", ["site", "seq"], sqlite_where=where, postgresql_where=where
    )
