"""Signing in, choosing a password."""

from django import forms
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm

from frontend.forms.base import PageForm
from tracker.models import User


class SignInForm(PageForm, AuthenticationForm):
    username = forms.EmailField(
        label="Adresse électronique",
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
    )
    password = forms.CharField(
        label="Mot de passe",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    # One sentence for a wrong password, an unknown address and a closed account: it tells nobody who has one.
    error_messages = {  # noqa: RUF012  (Django's own attribute, merged by its metaclass)
        "invalid_login": "L’adresse ou le mot de passe ne convient pas.",
        "inactive": "L’adresse ou le mot de passe ne convient pas.",
    }

    def clean_username(self) -> str:
        """Lower-cased as it is stored, so that attempts on one account count together however it is typed."""
        return str(self.cleaned_data["username"]).lower()


class NewPasswordForm(PageForm, PasswordChangeForm):
    old_password = forms.CharField(
        label="Mot de passe actuel",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    new_password1 = forms.CharField(
        label="Nouveau mot de passe",
        strip=False,
        help_text="Au moins 12 caractères. Une phrase convient\xa0; votre nom ou un mot courant, non.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    new_password2 = forms.CharField(
        label="Le même, une seconde fois",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    field_order = ("old_password", "new_password1", "new_password2")

    def save(self, commit: bool = True) -> User:
        self.user.must_change_password = False
        return super().save(commit)
