"""Places, schools, staff and failed logins.

Every model lists each of its fields as personal or safe in `Privacy`; a test walks all models.
"""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q

from notoneless.common.wording import Wording


class Place(models.Model):
    """One node of the tree 省市县乡村. `low` and `high` bound all codes below it: low <= code < high."""

    class Level(models.TextChoices):
        """Levels of the tree, highest first."""

        PROVINCE = "province", Wording("省")
        CITY = "city", Wording("市")
        COUNTY = "county", Wording("县")
        TOWN = "town", Wording("乡镇")
        VILLAGE = "village", Wording("村")

    code = models.CharField("区划代码", max_length=12, primary_key=True)
    name = models.CharField("名称", max_length=60)
    level = models.CharField("层级", max_length=8, choices=Level.choices)
    parent_code = models.CharField("上级代码", max_length=12, blank=True)
    low = models.CharField("辖区起码", max_length=12)
    high = models.CharField("辖区止码（不含）", max_length=12)
    # Not in use: no new account is given it. What stands there already stays, and scope does not ask.
    is_active = models.BooleanField("启用", default=True)

    class Meta:
        verbose_name = "辖区"
        ordering = ["code"]
        indexes = [models.Index(fields=["parent_code", "code"], name="place_parent")]
        constraints = [
            models.CheckConstraint(name="place_interval", condition=Q(low__lte=F("code")) & Q(code__lt=F("high"))),
        ]

    class Privacy:
        """Nothing about a person."""

        personal: set[str] = set()
        safe = {"code", "name", "level", "parent_code", "low", "high", "is_active"}

    def __str__(self) -> str:
        return self.name


class School(models.Model):
    """One school or kindergarten with its ten-character code and the span of grades it teaches."""

    code = models.CharField("学校标识码", max_length=10, primary_key=True)
    name = models.CharField("校名", max_length=80)
    place_code = models.CharField("所在辖区", max_length=12)
    stage = models.CharField("学段", max_length=16)
    low_grade = models.CharField("最低年级", max_length=2, blank=True)
    high_grade = models.CharField("最高年级", max_length=2, blank=True)
    address = models.CharField("地址", max_length=200, blank=True)
    # Closed (撤并): no new account is given it and no list is expected from it; children of earlier lists keep it.
    is_active = models.BooleanField("启用", default=True)

    class Meta:
        verbose_name = "学校"
        ordering = ["code"]
        indexes = [models.Index(fields=["place_code", "code"], name="school_place")]

    class Privacy:
        """Nothing about a person: a school's address is public."""

        personal: set[str] = set()
        safe = {"code", "name", "place_code", "stage", "low_grade", "high_grade", "address", "is_active"}

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    """Finds staff by account name. Making one is an action (org/actions.py), never a manager's method."""


class User(AbstractBaseUser):
    """One member of staff. What may be done follows from `role`; where, from place, school or sending unit.

    There is no superuser: nobody passes by the permissions.
    """

    username = models.CharField("账号", max_length=40, unique=True)
    display_name = models.CharField("姓名", max_length=40)
    role = models.CharField("角色", max_length=20)
    place_code = models.CharField("辖区", max_length=12, blank=True)
    school_code = models.CharField("学校", max_length=10, blank=True)
    sender = models.CharField("送达单位", max_length=60, blank=True)
    is_active = models.BooleanField("启用", default=True)
    must_change_password = models.BooleanField("须改密码", default=True)
    created_at = models.DateTimeField("建立时间")

    objects = UserManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: list[str] = []

    class Meta:
        verbose_name = "人员"
        ordering = ["username"]
        constraints = [
            models.CheckConstraint(
                name="user_teacher_has_school",
                condition=~Q(role__in=["principal", "teacher"]) | ~Q(school_code=""),
            ),
            models.CheckConstraint(
                name="user_partner_has_sender",
                condition=~Q(role="partner") | ~Q(sender=""),
            ),
        ]

    class Privacy:
        """Staff are people too: their names are masked in logs and exports."""

        personal = {"username", "display_name", "password"}
        safe = {
            "id", "last_login", "role", "place_code", "school_code", "sender", "is_active", "must_change_password",
            "created_at",
        }  # fmt: skip

    def __str__(self) -> str:
        return self.display_name


class Grant(models.Model):
    """One asking for an account's role and scope (授权申请): asked by who keeps accounts, decided by who grants.

    An account has at most one open asking. Who asked never decides: the database says so too.
    """

    class Kind(models.TextChoices):
        """What would take effect."""

        CREATE = "create", Wording("新建账号")
        MOVE = "move", Wording("调整角色或范围")
        ENABLE = "enable", Wording("恢复账号")

    class State(models.TextChoices):
        """How it stands."""

        OPEN = "open", Wording("待批准")
        APPROVED = "approved", Wording("已批准")
        REFUSED = "refused", Wording("不批准")
        WITHDRAWN = "withdrawn", Wording("已撤回")

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="grants", verbose_name="账号")
    kind = models.CharField("事项", max_length=8, choices=Kind.choices)
    role = models.CharField("角色", max_length=20)
    place_code = models.CharField("辖区", max_length=12, blank=True)
    school_code = models.CharField("学校", max_length=10, blank=True)
    sender = models.CharField("送达单位", max_length=60, blank=True)
    reason = models.CharField("申请理由", max_length=300, blank=True)
    state = models.CharField("状态", max_length=9, choices=State.choices, default=State.OPEN)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name="申请人")
    asked_at = models.DateTimeField("申请时间")
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, verbose_name="办结人")
    decided_at = models.DateTimeField("办结时间", null=True)
    decision_reason = models.CharField("办结理由", max_length=300, blank=True)

    class Meta:
        verbose_name = "授权申请"
        ordering = ["-asked_at", "-id"]
        indexes = [models.Index(fields=["state", "asked_at"], name="grant_state")]
        constraints = [
            models.UniqueConstraint(fields=["user"], condition=Q(state="open"), name="grant_one_open"),
            models.CheckConstraint(
                name="grant_decided_by_and_at",
                condition=Q(state="open", decided_by=None, decided_at=None)
                | (~Q(state="open") & Q(decided_by__isnull=False, decided_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="grant_asker_never_decides",
                condition=~Q(state__in=["approved", "refused"]) | ~Q(decided_by=F("asked_by")),
            ),
        ]

    class Privacy:
        """Accounts by key only; the reasons are about posts."""

        personal: set[str] = set()
        safe = {
            "id", "user", "kind", "role", "place_code", "school_code", "sender", "reason", "state", "asked_by",
            "asked_at", "decided_by", "decided_at", "decision_reason",
        }  # fmt: skip

    def __str__(self) -> str:
        return f"{self.kind} {self.user_id}"


class Opinion(models.Model):
    """意见建议: what a person says about a screen, and what the administrator answered."""

    class State(models.TextChoices):
        """How it stands."""

        OPEN = "open", Wording("待答复")
        ANSWERED = "answered", Wording("已答复")

    text = models.CharField("意见", max_length=1000)
    page = models.CharField("页面", max_length=200, blank=True)  # the path alone: an address holds no personal value
    fault_code = models.CharField("错误编号", max_length=8, blank=True)
    state = models.CharField("状态", max_length=8, choices=State.choices, default=State.OPEN)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name="提出人")
    created_at = models.DateTimeField("提出时间")
    answer = models.CharField("答复", max_length=1000, blank=True)
    answered_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", null=True, verbose_name="答复人"
    )
    answered_at = models.DateTimeField("答复时间", null=True)

    class Meta:
        verbose_name = "意见建议"
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                name="opinion_answered_by_and_at",
                condition=Q(state="open", answered_by=None, answered_at=None)
                | Q(state="answered", answered_by__isnull=False, answered_at__isnull=False),
            ),
        ]

    class Privacy:
        """People write what they like: numbers are taken out, the rest is treated as personal."""

        personal = {"text", "answer"}
        safe = {
            "id", "page", "fault_code", "state", "created_by", "created_at", "answered_by", "answered_at",
        }  # fmt: skip

    def __str__(self) -> str:
        return str(self.pk)


class LoginAttempt(models.Model):
    """Failed logins in a row for one key: an account, an address, or an account from an address (org/throttle.py)."""

    class Kind(models.TextChoices):
        """What the failures are counted for."""

        ACCOUNT = "account", Wording("账号")
        ADDRESS = "address", Wording("地址")
        PAIR = "pair", Wording("账号与地址")

    kind = models.CharField("类别", max_length=8, choices=Kind.choices)
    key = models.CharField("键", max_length=64)
    failures = models.PositiveIntegerField("连续失败次数", default=0)
    last_failed_at = models.DateTimeField("最近失败", null=True)
    blocked_until = models.DateTimeField("暂停至", null=True)
    last_succeeded_at = models.DateTimeField("最近成功", null=True)

    class Meta:
        verbose_name = "登录尝试"
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="login_attempt_key")]

    class Privacy:
        """The key is a keyed hash: account names and addresses are not readable here."""

        personal: set[str] = set()
        safe = {
            "id", "kind", "key", "failures", "last_failed_at", "blocked_until", "last_succeeded_at",
        }  # fmt: skip

    def __str__(self) -> str:
        return f"{self.kind} {self.failures}"


class ApiToken(models.Model):
    """A key with which another machine speaks in the name of one account (接口令牌). Only its keyed hash is kept."""

    class Scope(models.TextChoices):
        """What the key opens; never more than its account may do."""

        SEND = "send", Wording("送达名册")
        READ = "read", Wording("查看批次")

    name = models.CharField("名称", max_length=60)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="tokens", verbose_name="账号")
    hashed = models.CharField("散列", max_length=64, unique=True)
    scopes = models.JSONField("范围", default=list)
    expires_at = models.DateTimeField("到期")
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name="建立人")
    created_at = models.DateTimeField("建立时间")
    last_used_at = models.DateTimeField("最近使用", null=True)
    revoked_at = models.DateTimeField("停用时间", null=True)

    class Meta:
        verbose_name = "接口令牌"
        ordering = ["-created_at", "id"]

    class Privacy:
        """The key itself is shown once and never stored."""

        personal: set[str] = set()
        safe = {
            "id", "name", "user", "hashed", "scopes", "expires_at", "created_by", "created_at", "last_used_at",
            "revoked_at",
        }  # fmt: skip

    def __str__(self) -> str:
        return self.name


class SavedView(models.Model):
    """A list as somebody wants to see it again (视图): its address without what was typed or pasted.

    A shared one is seen by everybody of the same unit: the same place and the same school.
    """

    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="views", verbose_name="所有者")
    list_id = models.CharField("名单", max_length=20)
    name = models.CharField("名称", max_length=30)
    query = models.CharField("条件", max_length=1000)
    shared = models.BooleanField("共享本单位", default=False)
    place_code = models.CharField("辖区", max_length=12, blank=True)
    school_code = models.CharField("学校", max_length=10, blank=True)
    saved_at = models.DateTimeField("保存时间")

    class Meta:
        verbose_name = "视图"
        ordering = ["name", "id"]
        constraints = [models.UniqueConstraint(fields=["owner", "list_id", "name"], name="view_name_once")]

    class Privacy:
        """What staff call a list of theirs may name somebody."""

        personal = {"name"}
        safe = {"id", "owner", "list_id", "query", "shared", "place_code", "school_code", "saved_at"}

    def __str__(self) -> str:
        return self.name


class ListColumns(models.Model):
    """The columns that one person wants to see in one list (列的选择)."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name="人员")
    list_id = models.CharField("名单", max_length=20)
    columns = models.JSONField("列", default=list)

    class Meta:
        verbose_name = "列的选择"
        constraints = [models.UniqueConstraint(fields=["user", "list_id"], name="columns_once")]

    class Privacy:
        """Nothing about a person."""

        personal: set[str] = set()
        safe = {"id", "user", "list_id", "columns"}

    def __str__(self) -> str:
        return self.list_id
