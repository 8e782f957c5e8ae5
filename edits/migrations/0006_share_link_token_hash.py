"""Links are found by the hash of a random token, not by a row's number that is signed.

Links that were handed out keep working: each existing row gets the hash of its old token, which can be computed with SECRET_KEY.
A row that is created later has a random token, so an old token never opens it, whatever its number. An old token whose row is not
here at this moment, because the database was restored from a backup, opens nothing any more.
"""

import hashlib

from django.core import signing
from django.db import migrations, models

OLD_SALT = "edits.share_link"


def hash_old_tokens(apps, schema_editor):
    signer, links = signing.Signer(salt=OLD_SALT), apps.get_model("edits", "ShareLink").objects
    for link in links.filter(token_hash__isnull=True).iterator():
        link.token_hash = hashlib.sha256(signer.sign(str(link.pk)).encode()).hexdigest()
        link.save(update_fields=["token_hash"])


class Migration(migrations.Migration):
    dependencies = [("edits", "0005_drop_what_was_carried_over")]
    operations = [
        migrations.AddField("sharelink", "token_hash", models.CharField(max_length=64, null=True, editable=False)),
        migrations.RunPython(hash_old_tokens, migrations.RunPython.noop),
        migrations.AlterField("sharelink", "token_hash", models.CharField(max_length=64, unique=True, editable=False)),
    ]
