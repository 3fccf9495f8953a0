"""Who may do what: the permissions, and the roles that hold them. Where it may be done is scope.py."""

from enum import StrEnum

from notoneless.common.wording import Wording


class Permission(StrEnum):
    """Everything that may be allowed, one word per act; PERMISSION_NAMES says each in Chinese."""

    ROSTER_VIEW = "roster.view"
    ROSTER_UPLOAD = "roster.upload"
    ROSTER_REVOKE = "roster.revoke"
    SWEEP_VIEW = "sweep.view"
    SWEEP_RUN = "sweep.run"
    LINK_REVIEW = "link.review"
    LINK_UNDO = "link.undo"
    LINK_QUALITY = "link.quality"
    LEDGER_VIEW = "ledger.view"
    LEDGER_EXPORT = "ledger.export"
    CHILD_VIEW = "child.view"
    CHILD_UNMASK = "child.unmask"
    CASE_VIEW = "case.view"
    CASE_ASSIGN = "case.assign"
    CASE_WORK = "case.work"
    CASE_APPROVE = "case.approve"
    CASE_REOPEN = "case.reopen"
    TRAIL_VIEW = "trail.view"
    AUDIT = "audit.use"
    ORG_MANAGE = "org.manage"
    STAFF_VIEW = "staff.view"
    GRANT_DECIDE = "grant.decide"
    OPINION_ANSWER = "opinion.answer"
    POLICY_VIEW = "policy.view"
    POLICY_PREVIEW = "policy.preview"
    JOB_VIEW = "job.view"


PERMISSION_NAMES = {
    Permission.ROSTER_VIEW: Wording("看送达的名册"),
    Permission.ROSTER_UPLOAD: Wording("导入名册"),
    Permission.ROSTER_REVOKE: Wording("撤回一个批次"),
    Permission.SWEEP_VIEW: Wording("看摸排结果"),
    Permission.SWEEP_RUN: Wording("发起摸排"),
    Permission.LINK_REVIEW: Wording("判定是不是同一人"),
    Permission.LINK_UNDO: Wording("撤销同一人判定"),
    Permission.LINK_QUALITY: Wording("看每个人的判读质量"),
    Permission.LEDGER_VIEW: Wording("看台账"),
    Permission.LEDGER_EXPORT: Wording("导出台账"),
    Permission.CHILD_VIEW: Wording("看孩子档案"),
    Permission.CHILD_UNMASK: Wording("看完整证件号与电话"),
    Permission.CASE_VIEW: Wording("看个案"),
    Permission.CASE_ASSIGN: Wording("指定个案责任人"),
    Permission.CASE_WORK: Wording("办理个案：走访、措施、佐证、安置"),
    Permission.CASE_APPROVE: Wording("审批销号"),
    Permission.CASE_REOPEN: Wording("重新打开已销号的个案"),
    Permission.TRAIL_VIEW: Wording("看留痕"),
    Permission.AUDIT: Wording("审计：追数字、抽样、取证（脱敏）"),
    Permission.ORG_MANAGE: Wording("管理账号、学校与辖区"),
    Permission.STAFF_VIEW: Wording("看账号与授权申请"),
    Permission.GRANT_DECIDE: Wording("批准账号的角色与范围"),
    Permission.OPINION_ANSWER: Wording("看并答复意见建议"),
    Permission.POLICY_VIEW: Wording("看字典与政策参数"),
    Permission.POLICY_PREVIEW: Wording("试算政策参数改了会影响谁"),
    Permission.JOB_VIEW: Wording("看后台任务"),
}


class Reach(StrEnum):
    """Which children a role may meet at all."""

    PLACE = "place"
    SCHOOL = "school"
    NONE = "none"


class Role:
    """A role: `id`, `name`, what it is for in a sentence, its reach and its permissions."""

    id: str
    name: str
    description: str
    reach: Reach
    permissions: frozenset[Permission]


_SEES_CASES = frozenset({Permission.LEDGER_VIEW, Permission.CHILD_VIEW, Permission.CASE_VIEW})


class CountyClerk(Role):
    """县局经办."""

    id = "county_clerk"
    name = Wording("县局经办")
    description = Wording("收名册、做摸排、判定同一人、派单，是日常用得最多的人；不能审批自己提请的销号")
    reach = Reach.PLACE
    permissions = _SEES_CASES | {
        Permission.ROSTER_VIEW,
        Permission.ROSTER_UPLOAD,
        Permission.ROSTER_REVOKE,
        Permission.SWEEP_VIEW,
        Permission.SWEEP_RUN,
        Permission.LINK_REVIEW,
        Permission.LINK_UNDO,
        Permission.LEDGER_EXPORT,
        Permission.CHILD_UNMASK,
        Permission.CASE_ASSIGN,
        Permission.CASE_WORK,
        Permission.CASE_APPROVE,
        Permission.CASE_REOPEN,
        Permission.POLICY_VIEW,
        Permission.POLICY_PREVIEW,
        Permission.JOB_VIEW,
    }


class CountyHead(Role):
    """局领导."""

    id = "county_head"
    name = Wording("局领导")
    description = Wording("看全县数字与个案，审批销号，指定责任人，查留痕；不导入名册")
    reach = Reach.PLACE
    permissions = _SEES_CASES | {
        Permission.ROSTER_VIEW,
        Permission.SWEEP_VIEW,
        Permission.LINK_QUALITY,
        Permission.LEDGER_EXPORT,
        Permission.CHILD_UNMASK,
        Permission.CASE_ASSIGN,
        Permission.CASE_APPROVE,
        Permission.CASE_REOPEN,
        Permission.TRAIL_VIEW,
        Permission.POLICY_VIEW,
        Permission.POLICY_PREVIEW,
        Permission.JOB_VIEW,
    }


class TownshipOfficer(Role):
    """乡镇干部."""

    id = "township_officer"
    name = Wording("乡镇干部")
    description = Wording("包本乡镇的孩子：报入户摸底表，看本乡镇的台账，走访、劝返、交佐证")
    reach = Reach.PLACE
    permissions = _SEES_CASES | {
        Permission.ROSTER_VIEW,
        Permission.ROSTER_UPLOAD,
        Permission.SWEEP_VIEW,
        Permission.LEDGER_EXPORT,
        Permission.CHILD_UNMASK,
        Permission.CASE_ASSIGN,
        Permission.CASE_WORK,
    }


class Principal(Role):
    """校长."""

    id = "principal"
    name = Wording("校长")
    description = Wording("管本校：报在校点名，看本校的台账，把个案派给老师，走访、安置、提请销号")
    reach = Reach.SCHOOL
    permissions = _SEES_CASES | {
        Permission.ROSTER_VIEW,
        Permission.ROSTER_UPLOAD,
        Permission.LEDGER_EXPORT,
        Permission.CHILD_UNMASK,
        Permission.CASE_ASSIGN,
        Permission.CASE_WORK,
    }


class Teacher(Role):
    """教师."""

    id = "teacher"
    name = Wording("教师")
    description = Wording("办理本校派给自己的个案：走访、写记录、交佐证")
    reach = Reach.SCHOOL
    permissions = _SEES_CASES | {Permission.CASE_WORK}


class Partner(Role):
    """部门联系人."""

    id = "partner"
    name = Wording("部门联系人")
    description = Wording("公安、残联、民政、乡村振兴、医保等部门的联系人：只能送达和撤回本单位的名册，看不到孩子")
    reach = Reach.NONE
    permissions = frozenset({Permission.ROSTER_VIEW, Permission.ROSTER_UPLOAD, Permission.ROSTER_REVOKE})


class Auditor(Role):
    """审计."""

    id = "auditor"
    name = Wording("审计")
    description = Wording(
        "查留痕、账号与授权，追摸排的数字到原始行，抽样核对、导出取证包；看到的都脱敏，办事的数据什么都不改"
    )
    reach = Reach.PLACE
    permissions = frozenset(
        {
            Permission.ROSTER_VIEW,
            Permission.SWEEP_VIEW,
            Permission.LINK_QUALITY,
            Permission.TRAIL_VIEW,
            Permission.AUDIT,
            Permission.STAFF_VIEW,
            Permission.POLICY_VIEW,
            Permission.JOB_VIEW,
        }
    )


class SystemAdmin(Role):
    """系统管理员."""

    id = "system_admin"
    name = Wording("系统管理员")
    description = Wording(
        "管账号、学校和辖区，看后台任务；新账号和调整要安全管理员批准；答复意见建议；看不到孩子，也看不到留痕"
    )
    reach = Reach.NONE
    permissions = frozenset(
        {
            Permission.ORG_MANAGE,
            Permission.STAFF_VIEW,
            Permission.OPINION_ANSWER,
            Permission.POLICY_VIEW,
            Permission.JOB_VIEW,
        }
    )


class SecurityAdmin(Role):
    """安全管理员."""

    id = "security_admin"
    name = Wording("安全管理员")
    description = Wording("批准账号的角色与范围：批准后才生效；自己不建账号，看不到孩子，也看不到留痕")
    reach = Reach.NONE
    permissions = frozenset({Permission.STAFF_VIEW, Permission.GRANT_DECIDE})


ROLES: dict[str, type[Role]] = {
    role.id: role
    for role in (
        CountyClerk, CountyHead, TownshipOfficer, Principal, Teacher, Partner, Auditor, SystemAdmin,
        SecurityAdmin,
    )
}  # fmt: skip

OFFICERS = (SystemAdmin.id, SecurityAdmin.id, Auditor.id)
"""三员分立: who keeps accounts, who grants, who audits. No account ever passes from one to another."""
