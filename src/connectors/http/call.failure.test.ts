import { describe, expect, test } from 'vitest';
import { failureOf, type Stage } from './call.failure.ts';

const error = (code: string) => Object.assign(new Error('with a secret'), { code });

describe('an error of the wire', () => {
  test.each<[string, Stage, string]>([
    ['ENOTFOUND', 'connecting', 'dns'],
    ['EAI_AGAIN', 'connecting', 'dns'],
    ['ECONNREFUSED', 'connecting', 'refused'],
    ['EHOSTUNREACH', 'connecting', 'connect'],
    ['ECONNRESET', 'connecting', 'connect'],
    ['UND_ERR_CONNECT_TIMEOUT', 'connecting', 'timeout'],
    ['ETIMEDOUT', 'connecting', 'timeout'],
    ['CERT_HAS_EXPIRED', 'connecting', 'certificate'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'connecting', 'certificate'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'connecting', 'certificate'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'connecting', 'certificate'],
    ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'connecting', 'certificate'],
    ['UND_ERR_INVALID_ARG', 'connecting', 'unsendable'],
    ['ECONNRESET', 'sent', 'reset'],
    ['UND_ERR_SOCKET', 'sent', 'reset'],
    ['UND_ERR_HEADERS_OVERFLOW', 'sent', 'not-http'],
    ['HPE_INVALID_CONSTANT', 'sent', 'not-http'],
    ['UND_ERR_RES_CONTENT_LENGTH_MISMATCH', 'responding', 'cut-off'],
    ['HPE_INVALID_EOF_STATE', 'responding', 'cut-off'],
    ['ECONNRESET', 'responding', 'cut-off'],
  ])('%s while %s is %s', (code, stage, kind) => {
    expect(failureOf(error(code), stage)).toMatchObject({ kind, sent: stage !== 'connecting', cause: code });
  });

  test.each(['DEPTH_ZERO_SELF_SIGNED_CERT', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'SELF_SIGNED_CERT_IN_CHAIN'])(
    '%s says how an authority of one’s own is made known',
    (code) => expect(failureOf(error(code), 'connecting').message).toContain('NODE_EXTRA_CA_CERTS'),
  );

  test('without a code is recognised by its name, and its text is not passed on', () => {
    const failure = failureOf(Object.assign(new Error('<html>secret'), { name: 'HTTPParserError' }), 'sent');
    expect(failure).toMatchObject({
      kind: 'not-http',
      message: 'the response is not HTTP',
      cause: 'HTTPParserError',
    });
  });
});
