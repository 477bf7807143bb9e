"""The bots' door for servers: `uvicorn bots_engine:app`."""

from bots.engine.app import create_app

app = create_app()
