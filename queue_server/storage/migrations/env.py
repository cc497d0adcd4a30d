"""What Alembic runs: `storage.upgrade` hands over a connection that is already in its transaction."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], render_as_batch=True)  # SQLite alters by copying
context.run_migrations()
