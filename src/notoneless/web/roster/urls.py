"""名册."""


app_name = "roster"

urlpatterns: list = []
