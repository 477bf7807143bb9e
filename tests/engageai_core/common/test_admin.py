"""The admin: every model of ours opens, can be searched, and its forms render."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.test import Client
from django.urls import reverse

_OURS = [
    model
    for model in apps.get_models()
    if model.__module__.startswith("engageai_core.") and not model._meta.auto_created
]


@pytest.mark.parametrize("model", _OURS, ids=lambda model: model._meta.label)
def test_every_model_can_be_listed_and_searched(model, admin_client: Client):
    assert model in admin.site._registry, f"{model._meta.label} is not in the admin"
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    listed = admin_client.get(reverse(f"{name}_changelist"), {"q": "word"})
    assert listed.status_code == 200
    if admin.site._registry[model].has_add_permission(listed.wsgi_request):
        assert admin_client.get(reverse(f"{name}_add")).status_code == 200


def test_the_admin_asks_who_one_is(client: Client):
    response = client.get("/admin/")
    assert response.status_code == 302
    assert "/admin/login/" in response["Location"]
