"""The gateway's door for servers: `uvicorn core_webhook:app`."""

from api_gateway.app import create_app

app = create_app()
