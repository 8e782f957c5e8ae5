"""The addresses. They are a promise to users and scripts; docs/addresses.md describes each."""

from django.urls import path, re_path

from .views import about, accounts, appeals, detail, health, links, lists, new, own_account, pictures, selection, trash, wiro

_SIZE = "(?P<size>card|page)"
_EDIT = "edits/(?P<edit_id>[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"

urlpatterns = [
    path("", lists.gallery, name="gallery"),
    path("edits/", lists.own, name="edit-list"),
    path("edits/new/", new.new, name="edit-new"),
    path("edits/prompts/", new.prompts, name="edit-prompts"),
    path("edits/statuses/", lists.statuses, name="edit-statuses"),
    path("edits/selection/", selection.selection, name="edit-selection"),
    path("edits/trash/", trash.trash, name="edit-trash"),
    path("edits/trash/<uuid:edit_id>/card", trash.card, name="edit-trash-card"),
    path("edits/<uuid:edit_id>/", detail.detail, name="edit"),
    path("edits/<uuid:edit_id>/status/", detail.status, name="edit-status"),
    path("edits/<uuid:edit_id>/cancel/", detail.cancel, name="edit-cancel"),
    path("edits/<uuid:edit_id>/retry/", detail.retry, name="edit-retry"),
    path("edits/<uuid:edit_id>/delete/", detail.delete, name="edit-delete"),
    path("edits/<uuid:edit_id>/restore/", trash.restore, name="edit-restore"),
    path("edits/<uuid:edit_id>/favorite/", selection.favorite, name="edit-favorite"),
    path("edits/<uuid:edit_id>/share/", detail.share, name="edit-share"),
    path("edits/<uuid:edit_id>/unshare/", detail.unshare, name="edit-unshare"),
    path("edits/<uuid:edit_id>/appeal/", appeals.appeal, name="edit-appeal"),
    path("edits/<uuid:edit_id>/link/", links.make, name="edit-link"),
    path("edits/<uuid:edit_id>/link/revoke/", links.revoke, name="edit-link-revoke"),
    path("edits/<uuid:edit_id>/source", pictures.source, name="edit-source"),
    path("edits/<uuid:edit_id>/result", pictures.result, name="edit-result"),
    re_path(rf"^{_EDIT}/source/{_SIZE}$", pictures.source, name="edit-source-size"),
    re_path(rf"^{_EDIT}/result/{_SIZE}$", pictures.result, name="edit-result-size"),
    path("edits/<uuid:edit_id>/changes", pictures.changes, name="edit-changes"),
    path("edits/<uuid:edit_id>/pair", pictures.pair, name="edit-pair"),
    path("s/<str:token>/", links.shared, name="shared"),
    path("s/<str:token>/source", links.source, name="shared-source"),
    path("s/<str:token>/result", links.result, name="shared-result"),
    re_path(rf"^s/(?P<token>[^/]+)/source/{_SIZE}$", links.source, name="shared-source-size"),
    re_path(rf"^s/(?P<token>[^/]+)/result/{_SIZE}$", links.result, name="shared-result-size"),
    path("s/<str:token>/changes", links.changes, name="shared-changes"),
    path("s/<str:token>/pair", links.pair, name="shared-pair"),
    path("about/pictures/", about.pictures, name="about-pictures"),
    path("samples/<str:name>", pictures.sample, name="sample"),
    path("wiro/callback/<str:token>/", wiro.callback, name="wiro-callback"),
    re_path(r"^wiro/source/(?P<token>[^/]+)\.(?P<extension>jpg|png)$", pictures.handed_over, name="wiro-source"),
    path("accounts/login/", accounts.SignIn.as_view(), name="login"),
    path("accounts/signup/", accounts.sign_up, name="signup"),
    path("accounts/", own_account.account, name="account"),
    path("accounts/password/", own_account.ChangePassword.as_view(), name="account-password"),
    path("accounts/delete/", own_account.delete, name="account-delete"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]
