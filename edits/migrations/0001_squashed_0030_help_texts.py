"""All tables as migrations 0001 to 0030 leave them, for a new site: those thirty take it several seconds.

A site that has applied some of the thirty applies the rest of them, not this one.
"""

import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
import django.utils.timezone
import edits.models.photo
import edits.models.signup
import uuid
from decimal import Decimal
from django.apps import apps as all_apps
from django.conf import settings
from django.contrib.auth.management import create_permissions
from django.db import migrations, models

# Viewers look, reviewers decide what the gallery shows, operators look after jobs, money and people.
VIEW = ["view_edit", "view_attempt", "view_event", "view_photo", "view_circuitbreaker", "view_heartbeat"]
REVIEW = [*VIEW, "review_edit"]
OPERATE = [*VIEW, "operate_edit", "view_profile", "change_profile", "view_signup"]
GROUPS = {"viewer": VIEW, "reviewer": REVIEW, "operator": OPERATE}


def create_groups(apps, schema_editor):
    # Permissions are made after all migrations; these groups need them now.
    create_permissions(all_apps.get_app_config("edits"), verbosity=0, using=schema_editor.connection.alias, apps=apps)
    Permission, Group = apps.get_model("auth", "Permission"), apps.get_model("auth", "Group")
    for name, codenames in GROUPS.items():
        group, _ = Group.objects.get_or_create(name=name)
        group.permissions.add(*Permission.objects.filter(content_type__app_label="edits", codename__in=codenames))


class Migration(migrations.Migration):

    replaces = [
        ("edits", "0001_initial"),
        ("edits", "0002_groups"),
        ("edits", "0003_circuit_breaker"),
        ("edits", "0004_carry_over"),
        ("edits", "0005_drop_what_was_carried_over"),
        ("edits", "0006_share_link_token_hash"),
        ("edits", "0007_signup_hour"),
        ("edits", "0008_labels"),
        ("edits", "0009_ledger_difference"),
        ("edits", "0010_region"),
        ("edits", "0011_provider_call"),
        ("edits", "0012_shows_name"),
        ("edits", "0013_news"),
        ("edits", "0014_offered_at"),
        ("edits", "0015_file_name"),
        ("edits", "0016_models"),
        ("edits", "0017_further_outputs"),
        ("edits", "0018_model_status"),
        ("edits", "0019_model_choices"),
        ("edits", "0020_picked"),
        ("edits", "0021_api_token"),
        ("edits", "0022_request_hash"),
        ("edits", "0023_webhooks"),
        ("edits", "0024_mail"),
        ("edits", "0025_second_factor"),
        ("edits", "0026_group_budget"),
        ("edits", "0027_mail_about_edits"),
        ("edits", "0028_lists_and_queue"),
        ("edits", "0029_departed_members"),
        ("edits", "0030_help_texts"),
    ]

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        ('contenttypes', '0002_remove_content_type_name'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ApiToken',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60)),
                ('token_hash', models.CharField(editable=False, max_length=64, unique=True)),
                ('hint', models.CharField(max_length=4)),
                ('scopes', models.JSONField(default=list)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('expires_at', models.DateTimeField()),
                ('revoked_at', models.DateTimeField(blank=True, null=True)),
                ('last_used_on', models.DateField(blank=True, null=True)),
                ('window_began_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('window_requests', models.PositiveIntegerField(default=0)),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='api_tokens', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-created_at', '-pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('created_at'))), name='api_token_lasts')],
            },
        ),
        migrations.CreateModel(
            name='BackfillCursor',
            fields=[
                ('name', models.CharField(max_length=30, primary_key=True, serialize=False)),
                ('position', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='CircuitBreaker',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('notified_at', models.DateTimeField(blank=True, help_text='when the administrators were notified', null=True)),
                ('trip_reason', models.CharField(blank=True, choices=[('', 'Submitting is on'), ('concurrency', 'Wiro is running as many edits as it allows'), ('rate_limit', 'Wiro asked us to slow down'), ('unreachable', 'Wiro can’t be reached'), ('insufficient_balance', 'The Wiro account has no balance'), ('credentials', 'Wiro rejects our API key')], default='', max_length=20)),
                ('retry_at', models.DateTimeField(blank=True, help_text='when one edit tests whether Wiro accepts edits again', null=True)),
                ('tripped_at', models.DateTimeField(blank=True, null=True)),
                ('last_refusal_at', models.DateTimeField(blank=True, null=True)),
                ('refusals', models.PositiveIntegerField(default=0, help_text='in a row, for the backoff')),
                ('tripped_by', models.UUIDField(blank=True, help_text='the edit that was rejected; a different one tests Wiro', null=True)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('pk', 1)), name='one_circuit_breaker')],
            },
        ),
        migrations.CreateModel(
            name='CodeTries',
            fields=[
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to=settings.AUTH_USER_MODEL)),
                ('failures', models.PositiveSmallIntegerField(default=0)),
                ('since', models.DateTimeField(default=django.utils.timezone.now)),
                ('used', models.JSONField(default=list)),
                ('confirming_failures', models.PositiveSmallIntegerField(db_default=0, default=0)),
                ('confirming_since', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), default=django.utils.timezone.now)),
            ],
        ),
        migrations.CreateModel(
            name='ConcurrencyLimit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('limit', models.PositiveIntegerField(blank=True, help_text='edits in flight', null=True)),
                ('valid_until', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('pk', 1)), name='one_concurrency_limit')],
            },
        ),
        migrations.CreateModel(
            name='FairShare',
            fields=[
                ('owner', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to=settings.AUTH_USER_MODEL)),
                ('last_submitted_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='GroupBudget',
            fields=[
                ('group', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='budget', serialize=False, to='auth.group', verbose_name='group')),
                ('spend_per_day', models.DecimalField(blank=True, decimal_places=6, help_text='USD per day for all members together. Empty: no limit', max_digits=12, null=True, validators=[django.core.validators.MinValueValidator(Decimal('0'))])),
                ('owners', models.ManyToManyField(blank=True, help_text='See what the group spends', related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='owners')),
                ('departed_on', models.DateField(blank=True, editable=False, null=True)),
                ('departed_usd', models.DecimalField(db_default=Decimal('0'), decimal_places=6, default=Decimal('0'), editable=False, max_digits=12)),
            ],
        ),
        migrations.CreateModel(
            name='Heartbeat',
            fields=[
                ('name', models.CharField(max_length=20, primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Mail',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('verify', 'verify'), ('reset', 'reset'), ('result', 'result'), ('batch', 'batch'), ('review', 'review')], max_length=10)),
                ('address', models.EmailField(max_length=254)),
                ('language', models.CharField(blank=True, default='', max_length=10)),
                ('origin', models.CharField(blank=True, default='', max_length=300)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('due_at', models.DateTimeField(blank=True, default=django.utils.timezone.now, null=True)),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('sent_at', models.DateTimeField(blank=True, null=True)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('key', models.CharField(blank=True, max_length=100, null=True, unique=True)),
                ('subject', models.UUIDField(blank=True, null=True)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('due_at__isnull', False)), fields=['due_at'], name='mail_due'), models.Index(fields=['user', 'kind', 'created_at'], name='mail_of_user')],
            },
        ),
        migrations.CreateModel(
            name='MailChoices',
            fields=[
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to=settings.AUTH_USER_MODEL)),
                ('results', models.BooleanField(default=True)),
                ('batches', models.BooleanField(default=True)),
                ('reviews', models.BooleanField(default=True)),
                ('language', models.CharField(blank=True, default='', max_length=10)),
                ('origin', models.CharField(blank=True, default='', max_length=300)),
            ],
        ),
        migrations.CreateModel(
            name='MediaMarker',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('media_id', models.UUIDField(default=uuid.uuid4)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('pk', 1)), name='one_media_marker')],
            },
        ),
        migrations.CreateModel(
            name='ModelStatus',
            fields=[
                ('slug', models.CharField(max_length=255, primary_key=True, serialize=False)),
                ('checked_at', models.DateTimeField(blank=True, null=True, verbose_name='checked')),
                ('gone_since', models.DateTimeField(blank=True, null=True, verbose_name='gone since')),
                ('prices', models.JSONField(blank=True, default=list)),
                ('differences', models.JSONField(blank=True, default=list, verbose_name='differences')),
                ('edits_per_day', models.PositiveIntegerField(blank=True, help_text='Per person. Empty: no limit for this model', null=True)),
                ('fallback', models.CharField(blank=True, db_default='', default='', help_text='Suggested when this model is gone or refuses a picture as sensitive', max_length=255, verbose_name='fallback')),
                ('is_default', models.BooleanField(db_default=False, default=False, help_text='Used when people don’t choose a model', verbose_name='default')),
                ('is_offered', models.BooleanField(blank=True, help_text='Unknown: follows the MODELS setting', null=True, verbose_name='offered')),
                ('spend_per_day', models.DecimalField(blank=True, decimal_places=6, help_text='USD per day for the whole site. Empty: no limit for this model', max_digits=12, null=True, validators=[django.core.validators.MinValueValidator(Decimal('0'))])),
            ],
            options={
                'verbose_name': 'model',
                'verbose_name_plural': 'models',
            },
        ),
        migrations.CreateModel(
            name='Pause',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('paused_at', models.DateTimeField(blank=True, null=True)),
                ('reason', models.CharField(blank=True, max_length=300)),
                ('paused_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('pk', 1)), name='one_pause')],
            },
        ),
        migrations.CreateModel(
            name='Photo',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('file', models.FileField(max_length=200, upload_to=edits.models.photo.place)),
                ('format', models.CharField(choices=[('JPEG', 'JPEG'), ('PNG', 'PNG')], max_length=4)),
                ('width', models.PositiveIntegerField(help_text='pixels')),
                ('height', models.PositiveIntegerField(help_text='pixels')),
                ('size', models.PositiveIntegerField(help_text='bytes')),
                ('sha256', models.CharField(max_length=64)),
                ('card', models.FileField(max_length=200, upload_to=edits.models.photo.place)),
                ('card_width', models.PositiveIntegerField()),
                ('card_height', models.PositiveIntegerField()),
                ('page', models.FileField(max_length=200, upload_to=edits.models.photo.place)),
                ('page_width', models.PositiveIntegerField()),
                ('page_height', models.PositiveIntegerField()),
                ('placeholder', models.CharField(blank=True, help_text='tiny blurred preview (data: URL)', max_length=1000)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='photos', to=settings.AUTH_USER_MODEL)),
                ('purged_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('owner', 'sha256'), name='photo_once_per_owner')],
            },
        ),
        migrations.CreateModel(
            name='Edit',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('batch', models.UUIDField(blank=True, help_text='edits submitted together', null=True)),
                ('nonce', models.CharField(max_length=64)),
                ('prompt', models.TextField(verbose_name='instruction')),
                ('guidance_scale', models.FloatField(default=4.0)),
                ('watermark', models.BooleanField(default=False)),
                ('seed', models.PositiveBigIntegerField()),
                ('state', models.CharField(choices=[('queued', 'queued'), ('submitting', 'submitting'), ('unconfirmed', 'unconfirmed'), ('running', 'editing'), ('fetching', 'saving'), ('succeeded', 'done'), ('failed', 'failed'), ('canceled', 'canceled')], default='queued', max_length=11)),
                ('state_since', models.DateTimeField(default=django.utils.timezone.now)),
                ('due_at', models.DateTimeField(blank=True, default=django.utils.timezone.now, null=True)),
                ('lease_token', models.UUIDField(blank=True, editable=False, null=True)),
                ('lease_until', models.DateTimeField(blank=True, null=True)),
                ('wiro_status', models.CharField(blank=True, max_length=40)),
                ('cancel_requested_at', models.DateTimeField(blank=True, null=True)),
                ('failure_code', models.CharField(blank=True, choices=[('insufficient_balance', 'Wiro account has no balance'), ('credentials', 'Wiro rejected this site’s credentials'), ('rejected', 'Wiro rejected the request'), ('model_failed', 'the model couldn’t make this edit'), ('no_output', 'the model returned no result'), ('output_invalid', 'the result can’t be opened'), ('output_unavailable', 'the result couldn’t be downloaded'), ('timed_out', 'timed out'), ('internal_error', 'something went wrong on our side')], max_length=20)),
                ('failure_message', models.CharField(blank=True, max_length=1000)),
                ('changed_percent', models.FloatField(blank=True, help_text='share of the photo that changed, in percent', null=True)),
                ('change_map', models.FileField(blank=True, max_length=200, upload_to=edits.models.photo.place)),
                ('cost', models.DecimalField(blank=True, decimal_places=6, help_text='USD', max_digits=12, null=True)),
                ('cost_reserved', models.DecimalField(decimal_places=6, default=Decimal('0'), help_text='USD', max_digits=12)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('started_at', models.DateTimeField(blank=True, null=True)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('favorite_at', models.DateTimeField(blank=True, null=True)),
                ('deleted_at', models.DateTimeField(blank=True, null=True)),
                ('purged_at', models.DateTimeField(blank=True, null=True)),
                ('visibility', models.CharField(choices=[('private', 'private'), ('pending', 'in review'), ('public', 'public')], default='private', max_length=7)),
                ('review', models.CharField(blank=True, choices=[('', 'not reviewed'), ('approved', 'approved'), ('rejected', 'rejected')], default='', max_length=8)),
                ('review_reason', models.CharField(blank=True, max_length=500)),
                ('reviewed_at', models.DateTimeField(blank=True, null=True)),
                ('appealed_at', models.DateTimeField(blank=True, null=True)),
                ('review_claimed_until', models.DateTimeField(blank=True, null=True)),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='edits', to=settings.AUTH_USER_MODEL)),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='children', to='edits.edit')),
                ('review_claimed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('reviewed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('origin', models.ForeignKey(on_delete=django.db.models.deletion.RESTRICT, related_name='versions', to='edits.photo')),
                ('photo', models.ForeignKey(on_delete=django.db.models.deletion.RESTRICT, related_name='edits', to='edits.photo')),
                ('result', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.RESTRICT, related_name='result_of', to='edits.photo')),
                ('fruitless_claims', models.PositiveSmallIntegerField(default=0, help_text='claims in a row without progress')),
                ('step_retries', models.PositiveSmallIntegerField(default=0, help_text='retries in this state, for the backoff')),
                ('polled_at', models.DateTimeField(blank=True, null=True)),
                ('condition', models.CharField(blank=True, choices=[('', ''), ('silent', 'no useful answer'), ('missing', 'Wiro doesn’t know the task'), ('error', 'Wiro reports an error'), ('no_output', 'finished without an output')], default='', max_length=10)),
                ('condition_age', models.FloatField(default=0)),
                ('condition_looks', models.PositiveSmallIntegerField(default=0)),
                ('given_up_at', models.DateTimeField(blank=True, null=True)),
                ('observed_age', models.FloatField(default=0)),
                ('source_uploaded_at', models.DateTimeField(blank=True, null=True)),
                ('uploaded_source_url', models.CharField(blank=True, max_length=4000)),
                ('crop', models.FileField(blank=True, max_length=200, upload_to=edits.models.photo.place)),
                ('crop_window', models.JSONField(blank=True, null=True)),
                ('painted', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.RESTRICT, related_name='painted_for', to='edits.photo')),
                ('region', models.FileField(blank=True, max_length=200, upload_to=edits.models.photo.place)),
                ('sent_percent', models.FloatField(blank=True, help_text='how much of the photo’s area is sent', null=True)),
                ('shows_name', models.BooleanField(default=False, help_text='the gallery shows the owner’s name with it')),
                ('news_at', models.DateTimeField(blank=True, null=True)),
                ('offered_at', models.DateTimeField(blank=True, null=True)),
                ('batch_place', models.PositiveSmallIntegerField(default=0, help_text='its photo’s place in the order of upload')),
                ('file_name', models.CharField(blank=True, max_length=100)),
                ('inputs', models.JSONField(blank=True, db_default={}, default=dict)),
                ('model', models.CharField(db_default='ByteDance/image-to-image-seededit-v3', default='ByteDance/image-to-image-seededit-v3', max_length=255, verbose_name='model')),
                ('output_number', models.PositiveSmallIntegerField(db_default=0, default=0)),
                ('picked_at', models.DateTimeField(blank=True, null=True)),
                ('request_hash', models.CharField(blank=True, db_default='', default='', editable=False, max_length=64)),
            ],
            options={
                'permissions': [('review_edit', 'Can review edits for the gallery'), ('operate_edit', 'Can operate edits and pause submitting')],
                'indexes': [models.Index(condition=models.Q(('due_at__isnull', False)), fields=['due_at'], name='edit_due'), models.Index(fields=['state', 'created_at'], name='edit_state_created'), models.Index(fields=['owner', '-created_at', '-id'], name='edit_owner_newest'), models.Index(fields=['owner', '-started_at'], name='edit_owner_served'), models.Index(condition=models.Q(('visibility', 'public')), fields=['-created_at', '-id'], name='edit_gallery_newest'), models.Index(fields=['created_at'], name='edit_created'), models.Index(condition=models.Q(('batch__isnull', False)), fields=['batch'], name='edit_batch'), models.Index(fields=['origin', '-created_at', '-id'], name='edit_versions'), models.Index(condition=models.Q(('deleted_at__isnull', False)), fields=['owner', '-deleted_at', '-id'], name='edit_own_trash'), models.Index(condition=models.Q(('favorite_at__isnull', False)), fields=['owner', '-created_at', '-id'], name='edit_favorites'), models.Index(condition=models.Q(('changed_percent__isnull', True), ('state', 'succeeded')), fields=['ended_at'], name='edit_uncompared'), models.Index(condition=models.Q(('deleted_at__isnull', False), ('purged_at__isnull', True)), fields=['deleted_at'], name='edit_trash'), models.Index(condition=models.Q(('news_at__isnull', False)), fields=['owner', '-created_at', '-id'], name='edit_news'), models.Index(condition=models.Q(('visibility', 'pending')), fields=['appealed_at', 'offered_at', 'created_at', 'id'], name='edit_offered'), models.Index(fields=['model', '-created_at', '-id'], name='edit_model_newest'), models.Index(condition=models.Q(('news_at__isnull', False)), fields=['news_at'], name='edit_news_at'), models.Index(condition=models.Q(('state', 'queued')), fields=['owner', 'created_at', 'id'], name='edit_waiting'), models.Index(fields=['owner', 'state', '-created_at', '-id'], name='edit_own_states'), models.Index(fields=['owner', 'visibility', 'review'], name='edit_own_sharing')],
                'constraints': [models.UniqueConstraint(fields=('owner', 'nonce'), name='one_edit_per_form'), models.CheckConstraint(condition=models.Q(('state__in', ['queued', 'submitting', 'unconfirmed', 'running', 'fetching', 'succeeded', 'failed', 'canceled'])), name='known_state'), models.CheckConstraint(condition=models.Q(('guidance_scale__gte', 1), ('guidance_scale__lte', 10)), name='guidance_from_1_to_10'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'succeeded'), _negated=True), ('result__isnull', False), _connector='OR'), name='succeeded_has_result'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'failed'), _negated=True), models.Q(('failure_code', ''), _negated=True), _connector='OR'), name='failed_has_code'), models.CheckConstraint(condition=models.Q(('changed_percent__isnull', True), models.Q(('changed_percent__gte', 0), ('changed_percent__lte', 100)), _connector='OR'), name='changed_percent_is_one'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ('succeeded', 'failed', 'canceled')), _negated=True), models.Q(('due_at__isnull', True), ('ended_at__isnull', False), ('lease_token__isnull', True)), _connector='OR'), name='ended_is_at_rest'), models.CheckConstraint(condition=models.Q(('visibility', 'private'), ('state', 'succeeded'), _connector='OR'), name='only_results_are_shared'), models.CheckConstraint(condition=models.Q(('state__in', ['succeeded', 'failed', 'canceled', 'unconfirmed', 'running', 'fetching']), ('due_at__isnull', False), _connector='OR'), name='unended_is_due_or_parked'), models.CheckConstraint(condition=models.Q(('sent_percent__isnull', True), models.Q(('sent_percent__gte', 0), ('sent_percent__lte', 100)), _connector='OR'), name='sent_percent_is_one')],
            },
        ),
        migrations.CreateModel(
            name='Attempt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField()),
                ('callback_token_hash', models.CharField(max_length=64, unique=True)),
                ('started_at', models.DateTimeField()),
                ('outcome', models.CharField(choices=[('pending', 'sent, awaiting response'), ('accepted', 'accepted'), ('rejected', 'rejected, not charged'), ('unknown', 'outcome unknown'), ('superseded', 'superseded by a newer attempt')], default='pending', max_length=10)),
                ('wiro_task_id', models.CharField(blank=True, max_length=64, null=True)),
                ('wiro_task_token', models.CharField(blank=True, max_length=1000)),
                ('error_code', models.CharField(blank=True, max_length=40)),
                ('error_message', models.CharField(blank=True, max_length=1000)),
                ('output_url', models.CharField(blank=True, max_length=4000)),
                ('cost', models.DecimalField(blank=True, decimal_places=6, help_text='USD', max_digits=12, null=True)),
                ('callback_seen_at', models.DateTimeField(blank=True, null=True)),
                ('cancel_sent_at', models.DateTimeField(blank=True, null=True)),
                ('edit', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='attempts', to='edits.edit')),
                ('cleanup_due_at', models.DateTimeField(blank=True, null=True)),
                ('cleanup_retries', models.PositiveSmallIntegerField(default=0)),
                ('cleaned_up_at', models.DateTimeField(blank=True, null=True)),
                ('claimed_task_id', models.CharField(blank=True, max_length=64)),
                ('claimed_task_token', models.CharField(blank=True, max_length=1000)),
                ('absent_age', models.FloatField(default=0)),
                ('absent_looks', models.PositiveSmallIntegerField(default=0)),
                ('cost_reserved', models.DecimalField(decimal_places=6, default=Decimal('0'), help_text='USD', max_digits=12)),
                ('looked_up_at', models.DateTimeField(blank=True, null=True)),
                ('lookup_due_at', models.DateTimeField(blank=True, null=True)),
                ('lookup_retries', models.PositiveSmallIntegerField(default=0)),
                ('sent_at', models.DateTimeField(blank=True, null=True)),
                ('source_hash', models.CharField(blank=True, help_text='of the URL that Wiro was given', max_length=64)),
                ('further_urls', models.JSONField(blank=True, db_default=[], default=list)),
            ],
            options={
                'ordering': ['number'],
                'indexes': [models.Index(condition=models.Q(('outcome', 'superseded')), fields=['started_at'], name='attempt_superseded'), models.Index(condition=models.Q(('lookup_due_at__isnull', False)), fields=['lookup_due_at'], name='attempt_to_look_up'), models.Index(condition=models.Q(('cleanup_due_at__isnull', False)), fields=['cleanup_due_at'], name='attempt_to_erase')],
                'constraints': [models.UniqueConstraint(fields=('edit', 'number'), name='attempt_number_once'), models.UniqueConstraint(fields=('wiro_task_id', 'wiro_task_token'), name='one_attempt_per_task'), models.UniqueConstraint(condition=models.Q(('outcome__in', ['pending', 'accepted'])), fields=('edit',), name='one_live_attempt_per_edit'), models.CheckConstraint(condition=models.Q(models.Q(('outcome__in', ['accepted', 'superseded']), _negated=True), ('wiro_task_id__isnull', False), _connector='OR'), name='accepted_attempt_has_task_id')],
            },
        ),
        migrations.CreateModel(
            name='Event',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('kind', models.CharField(choices=[('created', 'created'), ('moved', 'state changed'), ('postponed', 'retry scheduled'), ('reported', 'status from Wiro'), ('callback', 'callback received'), ('asked', 'user action'), ('reviewed', 'reviewed'), ('cleaned_up', 'copies at Wiro deleted'), ('alarm', 'needs attention')], max_length=12)),
                ('actor', models.ForeignKey(blank=True, help_text='Empty: the system', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('edit', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='events', to='edits.edit')),
                ('code', models.CharField(blank=True, max_length=24)),
                ('data', models.JSONField(blank=True, default=dict)),
                ('reason', models.CharField(blank=True, help_text='in a person’s or Wiro’s words; redaction clears it', max_length=1000)),
            ],
            options={
                'ordering': ['at', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='LedgerDifference',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('wiro_task_id', models.CharField(max_length=64, unique=True)),
                ('kind', models.CharField(choices=[('unknown_task', 'task without an attempt'), ('cost', 'cost differs')], max_length=12)),
                ('charged', models.DecimalField(blank=True, decimal_places=6, max_digits=12, null=True, verbose_name='charged by Wiro, USD')),
                ('booked', models.DecimalField(blank=True, decimal_places=6, max_digits=12, null=True, verbose_name='booked, USD')),
                ('task_created_at', models.DateTimeField(blank=True, null=True)),
                ('found_at', models.DateTimeField()),
                ('dismissed_at', models.DateTimeField(blank=True, null=True)),
                ('attempt', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='edits.attempt')),
                ('dismissed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-found_at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='Profile',
            fields=[
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='profile', serialize=False, to=settings.AUTH_USER_MODEL)),
                ('edits_per_day', models.PositiveIntegerField(blank=True, help_text='Empty: site default', null=True)),
                ('edits_at_once', models.PositiveIntegerField(blank=True, help_text='Empty: site default', null=True)),
                ('spend_per_day', models.DecimalField(blank=True, decimal_places=6, help_text='USD per day. Empty: site default', max_digits=12, null=True, validators=[django.core.validators.MinValueValidator(Decimal('0'))])),
                ('is_trusted', models.BooleanField(default=False, help_text='Publishes without review', verbose_name='trusted')),
                ('suspended_at', models.DateTimeField(blank=True, null=True)),
                ('suspended_reason', models.CharField(blank=True, max_length=500)),
                ('deleted_at', models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name='ProviderCall',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('call', models.CharField(max_length=40)),
                ('outcome', models.CharField(max_length=20)),
                ('at_most', models.FloatField()),
                ('count', models.PositiveBigIntegerField(default=0)),
                ('seconds', models.FloatField(default=0.0)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('call', 'outcome', 'at_most'), name='one_row_per_call_outcome_and_time')],
            },
        ),
        migrations.CreateModel(
            name='ShareLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('expires_at', models.DateTimeField()),
                ('revoked_at', models.DateTimeField(blank=True, null=True)),
                ('edit', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='share_links', to='edits.edit')),
                ('token_hash', models.CharField(editable=False, max_length=64, unique=True)),
            ],
            options={
                'ordering': ['-created_at'],
                'constraints': [models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('created_at'))), name='share_link_lasts')],
            },
        ),
        migrations.CreateModel(
            name='Signup',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('address', models.GenericIPAddressField()),
                ('at', models.DateTimeField(db_index=True, default=edits.models.signup.current_hour)),
            ],
        ),
        migrations.CreateModel(
            name='WebhookEndpoint',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('url', models.CharField(max_length=500)),
                ('events', models.JSONField(default=list)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('disabled', models.CharField(blank=True, choices=[('', ''), ('failing', 'Every attempt failed for a day, so we stopped.'), ('gone', 'The receiver answered “410 Gone”, so we stopped.')], default='', max_length=10)),
                ('busy_until', models.DateTimeField(blank=True, null=True)),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='webhooks', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['created_at', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='WebhookDelivery',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('event', models.CharField(choices=[('edit.succeeded', 'An edit is done'), ('edit.failed', 'An edit failed'), ('edit.canceled', 'An edit was canceled'), ('review.decided', 'A reviewer made a decision')], max_length=20)),
                ('data', models.JSONField(default=dict)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('due_at', models.DateTimeField(blank=True, default=django.utils.timezone.now, null=True)),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('delivered_at', models.DateTimeField(blank=True, null=True)),
                ('status_code', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('endpoint', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='edits.webhookendpoint')),
            ],
            options={
                'ordering': ['-created_at', '-pk'],
                'indexes': [models.Index(condition=models.Q(('due_at__isnull', False)), fields=['due_at'], name='webhook_due'), models.Index(fields=['created_at'], name='webhook_created')],
            },
        ),
        migrations.CreateModel(
            name='WriteLock',
            fields=[
                ('name', models.CharField(max_length=20, primary_key=True, serialize=False)),
            ],
        ),
        migrations.AddField(
            model_name='edit',
            name='output_of',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='further_edits', to='edits.attempt'),
        ),
        migrations.RunPython(create_groups, migrations.RunPython.noop),
    ]
