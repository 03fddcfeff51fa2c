"""A program: a token, and calls that carry it."""

import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tracker import clock, tokens
from tracker.enums import TokenScope
from tracker.models import User
from tracker.writers import Author

ROOT = "/api/v1/"


@dataclass
class Program:
    secret: str
    client: Client = field(default_factory=Client)

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(ROOT + path, query, headers={"Authorization": f"Bearer {self.secret}"})

    def download(self, path: str) -> tuple[Any, bytes]:
        response = self.get(path)
        content = b"".join(response.streaming_content) if response.streaming else response.content
        return response, content

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.post(
            ROOT + path,
            json.dumps({} if body is None else body),
            content_type="application/json",
            headers={"Authorization": f"Bearer {self.secret}", **named},
        )

    def upload(self, path: str, *files: tuple[str, bytes], field: str = "files", **headers: str) -> Any:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.post(
            ROOT + path,
            {field: [SimpleUploadedFile(name, content) for name, content in files]},
            headers={"Authorization": f"Bearer {self.secret}", **named},
        )


def token_of(user: User, scope: TokenScope = TokenScope.WRITE) -> tokens.NewToken:
    expires_on = clock.today("Europe/Paris") + timedelta(days=90)
    return tokens.create_token(user, label="Essai", scope=scope, expires_on=expires_on, author=Author(user=user))


def program_of(user: User, scope: TokenScope = TokenScope.WRITE) -> Program:
    return Program(token_of(user, scope).secret)
