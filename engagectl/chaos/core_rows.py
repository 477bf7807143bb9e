"""The rows that the load has left in the core's database, in the order of their making."""

import psycopg2

from engagectl.chaos.plan import Effect, read_effects
from utils.embedded_postgres import PostgresAddress


def read_rows(address: PostgresAddress) -> list[Effect]:
    """Return the numbered rows of the feedback table."""
    connection = psycopg2.connect(
        host=address.host,
        port=address.port,
        dbname=address.name,
        user=address.user,
        password=address.password,
    )
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT text FROM accounts_feedback ORDER BY id")
            return read_effects(str(text) for (text,) in cursor.fetchall())
    finally:
        connection.close()
