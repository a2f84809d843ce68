import type { FaultPlan } from './fault.plan.ts';
import { parseFaultRules } from './fault.rules.ts';
import type { ReadyResponse } from './fault.transport.ts';

/** Where a running sandbox accepts new rules: POST a list of FaultRule as JSON; an empty list ends all faults. */
export const FAULT_CONTROL_PATH = '/__sandbox/faults';

export interface ControlRequest {
  method: string;
  /** The peer's address: only this machine may control a sandbox, wherever it listens. */
  remoteAddress: string | undefined;
  body: string;
}

/** Handles a request to the control path: 200 with the active rules, 400 for invalid rules, 403 for another machine. */
export function controlFaults(plan: FaultPlan, { method, remoteAddress, body }: ControlRequest): ReadyResponse {
  if (!isLoopback(remoteAddress)) return NOT_LOOPBACK;
  if (method !== 'POST') return jsonResponse(405, { message: 'POST a list of fault rules.' });
  try {
    const rules = parseFaultRules(JSON.parse(body));
    plan.set(rules);
    return jsonResponse(200, { rules });
  } catch (problem) {
    return jsonResponse(400, { message: problem instanceof Error ? problem.message : String(problem) });
  }
}

/** The response to a control request from another machine. */
export const NOT_LOOPBACK = jsonResponse(403, { message: 'Only this machine may control the sandbox.' });

/** 127.0.0.0/8, also as an IPv4-mapped IPv6 address, and ::1. */
export function isLoopback(address: string | undefined): boolean {
  return address === '::1' || /^(?:::ffff:)?127\./.test(address ?? '');
}

export function jsonResponse(status: number, body: unknown): ReadyResponse {
  return { status, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
}
