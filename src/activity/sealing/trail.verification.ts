import { Injectable } from '@nestjs/common';
import { currentTenant } from '../../tenancy/tenant.context.ts';
import { TenantDatabase } from '../../tenancy/tenant.database.ts';
import type { SealDto, VerificationDto } from '../dto/seal.dto.ts';
import {
  sealPage,
  type TrailPlace,
  type VerifiedPage,
  type VerifiedSeal,
  verifySeals,
  verifyUnsealed,
} from './seal.sql.ts';

/** How much one statement looks at: 50,000 entries at most, in some hundred milliseconds. */
const SEALS = 50;
const ENTRIES = 20_000;

type FirstInvalid = VerificationDto['first_invalid'];

/** Recomputes the seals of the organization's trail from what the database holds now. */
@Injectable()
export class TrailVerification {
  constructor(private readonly database: TenantDatabase) {}

  /** Reads the whole trail in short statements: it holds no connection between them, and writers go on. */
  async verify(): Promise<VerificationDto> {
    const sealed = await this.verifyAllSeals();
    const { unsealed, inserted } = await this.findUnsealed();
    const first_invalid: FirstInvalid =
      sealed.first_invalid ?? (inserted === null ? null : { id: inserted, reason: 'inserted' });
    return {
      valid: first_invalid === null,
      sealed_entries: sealed.entries,
      unsealed_entries: unsealed,
      first_invalid,
    };
  }

  /** The seals after one, oldest first, to be noted elsewhere: each vouches for all before it. */
  seals(after: number, limit: number): Promise<SealDto[]> {
    return this.database.read<SealDto>(sealPage(currentTenant().orgId, after, limit));
  }

  private async verifyAllSeals(): Promise<{ entries: number; first_invalid: FirstInvalid }> {
    let entries = 0;
    let first_invalid: FirstInvalid = null;
    const { orgId } = currentTenant();
    for (let after = '0'; ; ) {
      const page = await this.database.read<VerifiedSeal>(verifySeals(orgId, after, SEALS), 'export');
      for (const seal of page) {
        entries += seal.entries;
        if (seal.reason !== null) first_invalid ??= { id: seal.entry_id ?? '', reason: seal.reason };
      }
      const last = page.at(-1);
      if (!last || page.length < SEALS) return { entries, first_invalid };
      after = last.sequence;
    }
  }

  private async findUnsealed(): Promise<{ unsealed: number; inserted: string | null }> {
    let unsealed = 0;
    let inserted: string | null = null;
    const { orgId } = currentTenant();
    for (let after: TrailPlace = { last_time: null, last_id: null }; ; ) {
      const [page] = await this.database.read<VerifiedPage>(verifyUnsealed(orgId, after, ENTRIES), 'export');
      unsealed += page?.unsealed ?? 0;
      inserted ??= page?.inserted ?? null;
      if (!page || page.looked_at < ENTRIES) return { unsealed, inserted };
      after = page;
    }
  }
}
