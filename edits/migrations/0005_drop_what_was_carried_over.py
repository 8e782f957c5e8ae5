from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("edits", "0004_carry_over")]
    operations = [
        migrations.RemoveField(
            model_name='circuitbreaker',
            name='limit',
        ),
        migrations.RemoveField(
            model_name='circuitbreaker',
            name='limit_until',
        ),
        migrations.RemoveField(
            model_name='event',
            name='note',
        ),
    ]
