import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import { Problem } from '../../common/problem.ts';

/** `key`: 32 bytes in base64. */
export interface EncryptionKey {
  readonly id: string;
  readonly key: string;
}

/** Whose secret it is and what for; a ciphertext opens nowhere else. */
export interface SecretPlace {
  readonly orgId: string;
  readonly connectionId: string;
  readonly purpose: 'credentials' | 'webhook_secret';
}

/** IV, tag and ciphertext in one, and the key that it was made with. */
export interface SealedSecret {
  readonly keyId: string;
  readonly box: Buffer;
}

const ALGORITHM = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** Seals with the newest key and opens with any of them. Throws Problem encryption-not-configured when a key is not there. */
export class CredentialCipher {
  readonly #keys: ReadonlyMap<string, KeyObject>;
  readonly #newest: string | undefined;

  /** The newest first; none: everything throws. */
  constructor(keys: readonly EncryptionKey[]) {
    // Reversed: of two with one id the first counts.
    this.#keys = new Map(keys.toReversed().map(({ id, key }) => [id, createSecretKey(key, 'base64')]));
    this.#newest = keys[0]?.id;
  }

  get newestKeyId(): string {
    if (this.#newest === undefined) {
      const how = 'an id, a colon and 32 random bytes in base64 (openssl rand -base64 32), and start it again';
      throw new Problem(
        'encryption-not-configured',
        `The service has no key to encrypt credentials with; set SYNC_ENCRYPTION_KEYS to ${how}.`,
      );
    }
    return this.#newest;
  }

  seal(secret: string, place: SecretPlace): SealedSecret {
    const keyId = this.newestKeyId;
    // Random: 2^32 secrets may be sealed with one key before two share an IV with a chance worth naming.
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv(ALGORITHM, this.#key(keyId), iv, { authTagLength: TAG_BYTES });
    cipher.setAAD(additionalData(place));
    const text = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
    return { keyId, box: Buffer.concat([iv, cipher.getAuthTag(), text]) };
  }

  open({ keyId, box }: SealedSecret, place: SecretPlace): string {
    const key = this.#key(keyId);
    try {
      const decipher = createDecipheriv(ALGORITHM, key, box.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES });
      decipher.setAAD(additionalData(place));
      decipher.setAuthTag(box.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
      const text = box.subarray(IV_BYTES + TAG_BYTES);
      return Buffer.concat([decipher.update(text), decipher.final()]).toString('utf8');
    } catch (cause) {
      throw new Problem(
        'encryption-not-configured',
        `The stored secret cannot be decrypted with the key "${keyId}": SYNC_ENCRYPTION_KEYS has another key of that name, or the row was changed. Correct the variable, or set the credentials of the connection again.`,
        { cause },
      );
    }
  }

  #key(id: string): KeyObject {
    const key = this.#keys.get(id);
    if (!key)
      throw new Problem(
        'encryption-not-configured',
        `The stored secret was encrypted with the key "${id}", which is not in SYNC_ENCRYPTION_KEYS. Add it there, or set the credentials of the connection again.`,
      );
    return key;
  }
}

/** As JSON, so that no two places give the same text. */
const additionalData = ({ orgId, connectionId, purpose }: SecretPlace): Buffer =>
  Buffer.from(JSON.stringify([orgId, connectionId, purpose]));
