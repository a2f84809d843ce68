import type { ConnectorErrorKind } from '../contract/connector.error.ts';

/** Why an attempt had no complete response. */
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
  /** The same request may succeed a moment later. */
  readonly temporary: boolean;
  /** Only a person mends it, so it is told instead of waited for. */
  readonly lasts?: true;
}

export const FAILURES: Readonly<Record<FailureKind, FailureMeaning>> = {
  dns: { text: 'the name could not be resolved', error: 'unavailable', temporary: true },
  refused: { text: 'the connection was refused', error: 'unavailable', temporary: true },
  connect: { text: 'no connection could be made', error: 'unavailable', temporary: true },
  certificate: { text: 'its certificate is not valid', error: 'unavailable', temporary: false, lasts: true },
  reset: { text: 'the connection broke', error: 'unavailable', temporary: true },
  timeout: { text: 'no response in time', error: 'timeout', temporary: true },
  'cut-off': { text: 'the response was cut off', error: 'unavailable', temporary: true },
  'not-http': { text: 'the response is not HTTP', error: 'protocol', temporary: false },
  encoding: { text: 'the response could not be decompressed', error: 'protocol', temporary: false },
  'too-large': { text: 'the response is too large', error: 'too-large', temporary: false },
  unsendable: {
    text: 'the address or a header contains what HTTP does not allow',
    error: 'rejected',
    temporary: false,
  },
};

/** An attempt without a complete response. `sent` false: nothing reached the system. */
export class CallFailure extends Error {
  override readonly name = 'CallFailure';
  readonly kind: FailureKind;
  readonly sent: boolean;

  /** `code` such as ECONNRESET; never the error itself, since a parser's error contains the bytes it could not read. */
  constructor(kind: FailureKind, sent: boolean, code?: string, text = FAILURES[kind].text) {
    super(text, { cause: code });
    this.kind = kind;
    this.sent = sent;
  }
}

/** A response above the limit of its kind, which the message names. */
export function tooLarge(maxBytes: number): CallFailure {
  const limit = maxBytes >= MEBIBYTE ? `${Math.round(maxBytes / MEBIBYTE)} MiB` : `${maxBytes} bytes`;
  return new CallFailure('too-large', true, undefined, `the response is too large: more than ${limit}`);
}

const MEBIBYTE = 1024 * 1024;

/** The codes of Node for a certificate that may be good, but whose authority this machine does not know. */
const UNKNOWN_AUTHORITY = /SELF_SIGNED|UNABLE_TO_(GET|VERIFY)/;
const UNKNOWN_AUTHORITY_TEXT =
  'its certificate is signed by an authority that the service does not know; for an authority of your own, start the service with NODE_EXTRA_CA_CERTS=<its certificate as PEM>';

/** How far an attempt came: nothing written, the request written, the head of the response read. */
export type Stage = 'connecting' | 'sent' | 'responding';

/** Classifies the error codes of Node and undici. An unknown code counts as a broken connection. */
export function failureOf(error: unknown, stage: Stage): CallFailure {
  const code = codeOf(error);
  const text = UNKNOWN_AUTHORITY.test(code) ? UNKNOWN_AUTHORITY_TEXT : undefined;
  return new CallFailure(kindOf(code, stage), stage !== 'connecting', code, text);
}

function kindOf(code: string, stage: Stage): FailureKind {
  if (code === 'UND_ERR_INVALID_ARG' || code === 'ERR_INVALID_CHAR') return 'unsendable';
  if (stage === 'responding') return 'cut-off';
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
