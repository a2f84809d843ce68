import { expect, it } from 'vitest';
import { ConnectorError } from '../../contract/connector.error.ts';
import type { ShopClient } from '../shop/shop.client.ts';
import { ShownDecimals } from './shown.decimals.ts';

const NEVER = new AbortController().signal;

it.each([
  [{ value: '2' }, 2],
  [{ value: 0 }, 0],
  [{ value: '-1' }, null],
  [{ value: '' }, null],
  [[], null],
  [new ConnectorError('forbidden', 'No.'), null],
])(
  'The decimals that a shop shows, by its answer %j, are %s: it takes -1 for a number (recording 389)',
  async (answer, decimals) => {
    let asked = 0;
    const get = async () => {
      asked += 1;
      if (answer instanceof Error) throw answer;
      return answer;
    };
    const shown = new ShownDecimals({ get } as Pick<ShopClient, 'get'> as ShopClient);
    expect([await shown.ask(NEVER), await shown.ask(NEVER), asked]).toEqual([decimals, decimals, 1]);
  },
);
