import { Injectable } from '@nestjs/common';

/** How those who use connections learn that one is removed, in the tenant's context and the transaction of the removal. */
@Injectable()
export class RemovalListeners {
  private readonly listeners: ((connectionId: string) => Promise<void>)[] = [];

  register(listener: (connectionId: string) => Promise<void>): void {
    this.listeners.push(listener);
  }

  async tell(connectionId: string): Promise<void> {
    for (const listener of this.listeners) await listener(connectionId);
  }
}
