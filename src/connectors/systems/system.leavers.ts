import { Injectable } from '@nestjs/common';

/** A module that keeps something of the system that a connection leads to. */
export interface SystemLeaver {
  /** As the tenant and inside the transaction in which the connection leaves its system. Throws conflict when it must not now. */
  leaves(connectionId: string): Promise<void>;
  /** After that transaction, for what takes longer. */
  left(connectionId: string): Promise<void>;
}

/** Lets modules that use connections take part when one is pointed at another system. */
@Injectable()
export class SystemLeavers {
  private readonly leavers: SystemLeaver[] = [];

  register(leaver: SystemLeaver): void {
    this.leavers.push(leaver);
  }

  async leaves(connectionId: string): Promise<void> {
    for (const leaver of this.leavers) await leaver.leaves(connectionId);
  }

  async left(connectionId: string): Promise<void> {
    for (const leaver of this.leavers) await leaver.left(connectionId);
  }
}
