import { FatalError, RestError } from '../wordpress/rest.error.ts';

/** Recordings 22, 44 and 51. */
export function unknownOrder(): RestError {
  return new RestError('woocommerce_rest_shop_order_invalid_id', 'Invalid ID.', 404);
}

/** Recording 44: an update gets another message than a read or a delete; not so in 7.9 (470). */
export function unknownOrderToUpdate(legacy: boolean): RestError {
  return new RestError('woocommerce_rest_shop_order_invalid_id', legacy ? 'Invalid ID.' : 'ID is invalid.', 400);
}

/** Recording 37. */
export function unknownOrderCustomer(): RestError {
  return new RestError('woocommerce_rest_invalid_customer_id', 'Customer ID is invalid.', 400);
}

export function orderExists(): RestError {
  return new RestError('woocommerce_rest_shop_order_exists', 'Cannot create existing shop_order.', 400);
}

export function alreadyTrashedOrder(): RestError {
  return new RestError('woocommerce_rest_already_trashed', 'The shop_order has already been deleted.', 410);
}

export function noProductNamed(): RestError {
  return new RestError('woocommerce_rest_required_product_reference', 'Product ID or SKU is required.', 400);
}

/** Recording 136. */
export function shippingWithoutMethod(): RestError {
  return new RestError('woocommerce_rest_invalid_shipping_item', 'Shipping method ID is required.', 400);
}

/** Recording 137. */
export function feeWithoutName(): RestError {
  return new RestError('woocommerce_rest_invalid_fee_item', 'Fee name is required.', 400);
}

/** Recording 470. */
export function invalidOrderEmail(): RestError {
  return new RestError('order_invalid_billing_email', 'Invalid billing email address', 400);
}

/** Recording 132: 11 says which order it leaves behind, 7.9 does not. */
export function unknownCoupon(code: string, leftId: number | null): RestError {
  const words = leftId === null ? ['"', 'does not exist!'] : ['&quot;', 'cannot be applied because it does not exist.'];
  const message = `Coupon ${words[0]}${code}${words[0]} ${words[1]}`;
  return new RestError(
    'woocommerce_rest_invalid_coupon',
    message,
    400,
    leftId === null ? {} : { new_draft_order_id: leftId },
  );
}

/** Recordings 450 and 934: PHP's own error, which ends the whole request, also a batch. */
export function newLineOfNothing(): FatalError {
  return new FatalError();
}

export function unknownLine(): RestError {
  const message = 'Order item ID provided is not associated with order.';
  return new RestError('woocommerce_rest_invalid_item_id', message, 400);
}

export function unknownRefund(): RestError {
  return new RestError('woocommerce_rest_shop_order_refund_invalid_id', 'Invalid ID.', 404);
}

export function invalidRefund(): RestError {
  return new RestError('woocommerce_rest_invalid_order_refund', 'Refund amount must be greater than zero.', 400);
}

/** Its `data` is a number, not an object (recordings 145, 147). */
class RefundError extends RestError {
  constructor(message: string) {
    super('woocommerce_rest_cannot_create_order_refund', message, 500);
  }

  override body() {
    return { ...super.body(), data: this.status };
  }
}

/** The amount is more than what is left to refund. */
export const refundRefused = (): RestError => new RefundError('Invalid refund amount.');

export const noGateway = (): RestError => new RefundError('The payment gateway for this order does not exist.');
