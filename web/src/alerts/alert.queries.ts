import {
  type AcknowledgeAlert,
  type AlertRule,
  acknowledgeAlert,
  changeAlertRule,
  createAlertRule,
  createDefaultAlertRules,
  getAlert,
  listAlertRules,
  listAlerts,
  listWebhookEndpoints,
  muteAlert,
  removeAlertRule,
  resolveAlert,
  unmuteAlert,
} from '@sync-operations/client';
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useIdempotencyKey } from '../api/idempotency.ts';
import { useOrganization } from '../api/organization.ts';
import { unwrap } from '../api/problem.ts';
import type { RuleBody } from './rule.draft.ts';

const PAGE = 50;
const REFRESH_MS = 15_000;

/** Newest first. Open ones are few and change by themselves. */
export function useAlerts(state: 'open' | 'resolved') {
  const { orgId, client } = useOrganization();
  return useInfiniteQuery({
    queryKey: [orgId, 'alerts', state],
    queryFn: ({ pageParam }) =>
      unwrap(listAlerts({ client, query: { state, limit: PAGE, ...(pageParam && { cursor: pageParam }) } })),
    initialPageParam: '',
    getNextPageParam: ({ next_cursor }) => next_cursor,
    ...(state === 'open' && { refetchInterval: REFRESH_MS }),
  });
}

/** The alert that a link leads to. */
export function useAlert(id: string | undefined) {
  const { orgId, client } = useOrganization();
  return useQuery({
    queryKey: [orgId, 'alerts', 'one', id],
    queryFn: () => unwrap(getAlert({ client, path: { alert_id: id ?? '' } })),
    enabled: id !== undefined,
    retry: false,
  });
}

export function useRules() {
  const { orgId, client } = useOrganization();
  return useQuery({
    queryKey: [orgId, 'alert-rules'],
    queryFn: async () => (await unwrap(listAlertRules({ client }))).items,
  });
}

/** The channels that a rule can name. */
export function useEndpoints() {
  const { orgId, client } = useOrganization();
  return useQuery({
    queryKey: [orgId, 'webhook-endpoints'],
    queryFn: async () => (await unwrap(listWebhookEndpoints({ client }))).items,
  });
}

/** What a person may say of an alert. */
export type AlertAction = 'acknowledge' | 'mute' | 'unmute' | 'resolve';
const ACTIONS = { acknowledge: acknowledgeAlert, mute: muteAlert, unmute: unmuteAlert, resolve: resolveAlert };

export function useSay(alertId: string, action: AlertAction) {
  const { orgId, client } = useOrganization();
  const queries = useQueryClient();
  const keyFor = useIdempotencyKey();
  return useMutation({
    mutationFn: (body: AcknowledgeAlert | undefined) => {
      // The bodies differ in what may be left out; the dialog asks for what each needs.
      const call = ACTIONS[action] as typeof acknowledgeAlert;
      const headers = { 'Idempotency-Key': keyFor({ action, body }) };
      return unwrap(call({ client, path: { alert_id: alertId }, headers, ...(body && { body }) } as never));
    },
    onSuccess: () => queries.invalidateQueries({ queryKey: [orgId, 'alerts'] }),
  });
}

/** Adds a rule, or changes the one that is given. */
export function useSaveRule(existing: AlertRule | undefined) {
  const changed = useChanged();
  const { client } = useOrganization();
  const keyFor = useIdempotencyKey();
  return useMutation({
    mutationFn: (body: RuleBody) =>
      existing
        ? unwrap(changeAlertRule({ client, path: { rule_id: existing.id }, body }))
        : unwrap(createAlertRule({ client, body, headers: { 'Idempotency-Key': keyFor(body) } })),
    onSuccess: changed,
  });
}

export function useChangeRule() {
  const changed = useChanged();
  const { client } = useOrganization();
  return useMutation({
    mutationFn: ({ id, enabled }: { readonly id: string; readonly enabled: boolean | null }): Promise<unknown> =>
      enabled === null
        ? unwrap(removeAlertRule({ client, path: { rule_id: id } }))
        : unwrap(changeAlertRule({ client, path: { rule_id: id }, body: { enabled } })),
    onSuccess: changed,
  });
}

export function useAddDefaults() {
  const changed = useChanged();
  const { client } = useOrganization();
  return useMutation({ mutationFn: () => unwrap(createDefaultAlertRules({ client })), onSuccess: changed });
}

function useChanged(): () => Promise<void> {
  const { orgId } = useOrganization();
  const queries = useQueryClient();
  return async () => {
    await queries.invalidateQueries({ queryKey: [orgId, 'alert-rules'] });
    await queries.invalidateQueries({ queryKey: [orgId, 'alerts'] });
  };
}
