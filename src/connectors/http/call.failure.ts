import type { ConnectorErrorKind } from '../contract/connector.error.ts';

/** Why an attempt brought no whole answer. */
export type FailureKind =
  | 'dns'
  | 'refused'
  | 'connect'
  | 'certificate'
  | 'reset'
  | 'timeout'
  | 'cut-off'
  | 'not-http'
  | 'encoding'
  | 'too-large'
  | 'unsendable';

interface FailureMeaning {
  /** For people, after "GET shop.example/wp-json: ". */
  readonly text: string;
  readonly error: ConnectorErrorKind;
  /** The same request may well succeed in a moment. */
  readonly passing: boolean;
}

export const FAILURES: Readonly<Record<FailureKind, FailureMeaning>> = {
  dns: { text: 'the name could not be resolved', error: 'unavailable', passing: true },
  refused: { text: 'the connection was refused', error: 'unavailable', passing: true },
  connect: { text: 'no connection could be made', error: 'unavailable', passing: true },
  certificate: { text: 'its certificate is not valid', error: 'unavailable', passing: false },
  reset: { text: 'the connection broke', error: 'unavailable', passing: true },
  timeout: { text: 'no answer in time', error: 'timeout', passing: true },
  'cut-off': { text: 'the answer was cut off', error: 'unavailable', passing: true },
  'not-http': { text: 'what came back is not HTTP', error: 'protocol', passing: false },
  encoding: { text: 'the answer could not be decompressed', error: 'protocol', passing: false },
  'too-large': { text: 'the answer is too large', error: 'too-large', passing: false },
  unsendable: { text: 'the address or a header holds what HTTP does not allow', error: 'rejected', passing: false },
};

/** An attempt without a whole answer. `sent` false: surely nothing reached the system. */
export class CallFailure extends Error {
  override readonly name = 'CallFailure';
  readonly kind: FailureKind;
  readonly sent: boolean;

  /** `code` such as ECONNRESET; never the error itself, since those of a parser hold the bytes it could not read. */
  constructor(kind: FailureKind, sent: boolean, code?: string) {
    super(FAILURES[kind].text, { cause: code });
    this.kind = kind;
    this.sent = sent;
  }
}

/** How far an attempt came: nothing written, the request written, the head of the answer read. */
export type Stage = 'connecting' | 'sent' | 'answering';

/** Reads the codes of Node and undici; what is unknown counts as a broken connection. */
export function failureOf(error: unknown, stage: Stage): CallFailure {
  const code = codeOf(error);
  return new CallFailure(kindOf(code, stage), stage !== 'connecting', code);
}

function kindOf(code: string, stage: Stage): FailureKind {
  if (code === 'UND_ERR_INVALID_ARG' || code === 'ERR_INVALID_CHAR') return 'unsendable';
  if (stage === 'answering') return 'cut-off';
  if (code === 'HTTPParserError' || code.startsWith('HPE_') || code === 'UND_ERR_HEADERS_OVERFLOW') return 'not-http';
  if (stage === 'sent') return 'reset';
  if (code === 'ENOTFOUND' || code.startsWith('EAI_')) return 'dns';
  if (code === 'ECONNREFUSED') return 'refused';
  if (code === 'UND_ERR_CONNECT_TIMEOUT' || code === 'ETIMEDOUT') return 'timeout';
  if (/CERT|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)/.test(code)) return 'certificate';
  return 'connect';
}

/** undici's parser errors often have a name only. */
function codeOf(error: unknown): string {
  const { code, name } = (error ?? {}) as { code?: unknown; name?: unknown };
  return typeof code === 'string' ? code : String(name);
}
