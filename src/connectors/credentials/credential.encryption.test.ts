import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CredentialCipher, type SecretContext } from './credential.encryption.ts';

const key = (id: string) => ({ id, key: randomBytes(32).toString('base64') });
const [k1, k2] = [key('k1'), key('k2')];
const context: SecretContext = { orgId: 'org-1', connectionId: 'c-1', purpose: 'credentials' };
const notConfigured = expect.objectContaining({ problem: 'encryption-not-configured' });

/** What it throws. */
function failure(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}

describe('a sealed secret', () => {
  it('opens to what it was, in its own context only', () => {
    const cipher = new CredentialCipher([k1]);
    const places = fc.record({
      orgId: fc.string(),
      connectionId: fc.string(),
      purpose: fc.constantFrom('credentials' as const, 'webhook_secret' as const),
    });
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), places, places, (secret, here, there) => {
        const sealed = cipher.seal(secret, here);
        expect(cipher.open(sealed, here)).toBe(secret);
        if (JSON.stringify(here) !== JSON.stringify(there))
          expect(failure(() => cipher.open(sealed, there))).toEqual(notConfigured);
      }),
    );
  });

  it('does not open when a byte of it was changed or is missing', () => {
    const cipher = new CredentialCipher([k1]);
    const { keyId, box } = cipher.seal('secret', context);
    for (let index = 0; index < box.length; index += 1) {
      const changed = Buffer.from(box);
      changed[index] = (changed[index] as number) ^ 1;
      expect(failure(() => cipher.open({ keyId, box: changed }, context))).toEqual(notConfigured);
      expect(failure(() => cipher.open({ keyId, box: box.subarray(0, index) }, context))).toEqual(notConfigured);
    }
  });

  it('is another one each time, and does not hold the secret', () => {
    const cipher = new CredentialCipher([k1]);
    const [one, two] = [cipher.seal('consumer-secret', context), cipher.seal('consumer-secret', context)];
    expect(one.box.equals(two.box)).toBe(false);
    expect(one.box.toString('latin1')).not.toContain('consumer-secret');
  });
});

describe('keys', () => {
  it('seal with the newest and open with any', () => {
    const old = new CredentialCipher([k1]).seal('secret', context);
    const both = new CredentialCipher([k2, k1]);
    expect(both.open(old, context)).toBe('secret');
    expect(both.seal('secret', context).keyId).toBe('k2');
  });

  it('that are not there are named, and what to set', () => {
    const sealed = new CredentialCipher([k1]).seal('secret', context);
    for (const cipher of [new CredentialCipher([]), new CredentialCipher([k2])])
      expect(failure(() => cipher.open(sealed, context))).toMatchObject({
        problem: 'encryption-not-configured',
        message: expect.stringMatching(/"k1".*SYNC_ENCRYPTION_KEYS/),
      });
    expect(failure(() => new CredentialCipher([]).seal('secret', context))).toMatchObject({
      problem: 'encryption-not-configured',
      message: expect.stringMatching(/SYNC_ENCRYPTION_KEYS/),
    });
  });
});
