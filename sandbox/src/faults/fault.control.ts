import type { FaultPlan } from './fault.plan.ts';
import { parseFaultRules } from './fault.rules.ts';
import type { ReadyAnswer } from './fault.transport.ts';

/** Where a running sandbox takes new rules: POST a list of FaultRule as JSON; an empty list ends all faults. */
export const FAULT_CONTROL_PATH = '/__sandbox/faults';

export interface ControlRequest {
  method: string;
  /** Of the peer; only this machine may steer a sandbox, wherever it listens. */
  remoteAddress: string | undefined;
  body: string;
}

/** Answers a request to the control path: 200 with the rules now in force, 400 for bad ones, 403 for strangers. */
export function controlFaults(plan: FaultPlan, { method, remoteAddress, body }: ControlRequest): ReadyAnswer {
  if (!isLoopback(remoteAddress)) return STRANGER;
  if (method !== 'POST') return jsonAnswer(405, { message: 'POST a list of fault rules.' });
  try {
    const rules = parseFaultRules(JSON.parse(body));
    plan.set(rules);
    return jsonAnswer(200, { rules });
  } catch (problem) {
    return jsonAnswer(400, { message: problem instanceof Error ? problem.message : String(problem) });
  }
}

/** What anybody else gets who tries to steer. */
export const STRANGER = jsonAnswer(403, { message: 'Only this machine may steer the sandbox.' });

/** 127.0.0.0/8 and ::1, also written as IPv4 inside IPv6. */
export function isLoopback(address: string | undefined): boolean {
  return address === '::1' || /^(?:::ffff:)?127\./.test(address ?? '');
}

export function jsonAnswer(status: number, body: unknown): ReadyAnswer {
  return { status, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
}
