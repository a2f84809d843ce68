import type { ConnectorErrorKind } from '@sync-operations/client';

/** What to try when a system could not be used, in a sentence; its own words stand above. */
const ADVICE: Readonly<Record<ConnectorErrorKind, string>> = {
  auth: 'Correct the credentials and check again.',
  forbidden: 'Give the key the permissions it lacks in that system, or use the key of another user, and check again.',
  'not-found': 'Look whether the address is that of the system itself, with its folder if it is in one.',
  rejected: 'Look at the address and the settings.',
  'rate-limited': 'Wait a few minutes and check again.',
  unavailable: 'Look whether the system runs and the address is right, then check again.',
  timeout: 'Look whether the system runs and is not overloaded, then check again.',
  protocol: 'Look whether the system chosen is really what runs at this address.',
  'too-large': 'Look whether the address is that of the system itself.',
  'address-refused': 'Use an address of the public internet; whoever runs this service can allow others.',
};

export const checkAdvice = (kind: ConnectorErrorKind): string => ADVICE[kind];
