from django.apps import AppConfig


class AuditConfig(AppConfig):
    """What auditors draw and enter; everything they look at belongs to the other stages."""

    name = "notoneless.audit.records"
    label = "audit"
    verbose_name = "审计"
