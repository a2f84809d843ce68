import { TextProperty } from '../../common/bounds.decorator.ts';

export class SyncIdParam {
  @TextProperty({ maxLength: 200, example: 'sync-woo-1762430000000' })
  sync_id: string;
}
