import type { Statement } from '../database/database.ts';

/** What an organization wants of itself; null: no limit. */
export interface OrganizationSettings {
  readonly approval_deletes: number | null;
  readonly approval_changes: number | null;
  readonly approval_hours: number;
}

export const DEFAULT_SETTINGS: OrganizationSettings = {
  ...{ approval_deletes: null, approval_changes: null, approval_hours: 24 },
};

export const findSettings = (orgId: string): Statement => ({
  text: 'SELECT approval_deletes, approval_changes, approval_hours FROM public.sync_organization_settings WHERE org_id = $1',
  values: [orgId],
});

/** Makes the row, so that there is one to lock. */
export const lockSettings = (orgId: string): Statement => ({
  text: `
    INSERT INTO public.sync_organization_settings AS s (org_id) VALUES ($1)
    ON CONFLICT (org_id) DO UPDATE SET updated_at = s.updated_at
    RETURNING approval_deletes, approval_changes, approval_hours`,
  values: [orgId],
});

export const storeSettings = (orgId: string, settings: OrganizationSettings, by: string): Statement => ({
  text: `
    UPDATE public.sync_organization_settings
       SET approval_deletes = $2, approval_changes = $3, approval_hours = $4, updated_by = $5, updated_at = now()
     WHERE org_id = $1`,
  values: [orgId, settings.approval_deletes, settings.approval_changes, settings.approval_hours, by],
});
