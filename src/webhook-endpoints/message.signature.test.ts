import { expect, it } from 'vitest';
import { newEndpointSecret, signatureHeaders } from './message.signature.ts';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const message = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', body: '{"test": 2432232314}' };

it('a signature is the one of the example of Standard Webhooks', () => {
  expect(signatureHeaders(message, [SECRET], 1_614_265_330)).toEqual({
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  });
});

it('two secrets give two signatures, each the one that it gives alone', () => {
  const other = newEndpointSecret();
  const of = (secrets: string[]) => signatureHeaders(message, secrets, 1)['webhook-signature'];
  expect(of([SECRET, other])).toBe(`${of([SECRET])} ${of([other])}`);
});
