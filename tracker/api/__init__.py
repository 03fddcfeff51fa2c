"""The REST API, `/api/v1/`: the services and the rights of the pages, for programs."""
