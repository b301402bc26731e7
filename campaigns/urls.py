"""The staff pages of institutions, grounds, campaigns and recipients."""

from django.urls import URLPattern, URLResolver

app_name = "campaigns"
urlpatterns: list[URLPattern | URLResolver] = []
