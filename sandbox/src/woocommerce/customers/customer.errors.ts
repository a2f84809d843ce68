import { RestError } from '../wordpress/rest.error.ts';

/** Recordings 20, 24 and 40. */
export function unknownCustomer(): RestError {
  return new RestError('wc_user_invalid_id', 'Invalid user ID.', 404);
}

/** WooCommerce 7.9: recordings 676 and 677; that a read gets 404 is from its source, not recorded. */
export function unknownCustomerOf79(action: 'view' | 'edit' | 'delete'): RestError {
  const message = action === 'delete' ? 'Invalid resource id.' : 'Invalid resource ID.';
  return new RestError('woocommerce_rest_invalid_id', message, action === 'view' ? 404 : 400);
}

/** Recording 31: WordPress does not accept the address. */
export function invalidEmail(): RestError {
  return new RestError('customer_invalid_email', 'Invalid email address', 400);
}

/** Recording 40: no email at all. Only a batch gets this far without one. */
export function missingEmail(): RestError {
  return new RestError('registration-error-invalid-email', 'Please provide a valid email address.', 400);
}

/** Recordings 32 and 40; in 7.9 in other words (660). */
export function emailTaken(email: string, legacy: boolean): RestError {
  const message = legacy
    ? 'An account is already registered with your email address. <a href="#" class="showlogin">Please log in.</a>'
    : `An account is already registered with ${email}. Please log in or use a different email address.`;
  return new RestError('registration-error-email-exists', message, 400);
}

/** An update to another customer's email (from WooCommerce's documentation, not recorded). */
export function emailOfAnother(): RestError {
  return new RestError('woocommerce_rest_customer_invalid_email', 'Email address is invalid.', 400);
}

export function usernameTaken(): RestError {
  const message = 'An account is already registered with that username. Please choose another.';
  return new RestError('registration-error-username-exists', message, 400);
}

export function usernameFixed(): RestError {
  return new RestError('woocommerce_rest_customer_invalid_argument', "Username isn't editable.", 400);
}

export function alreadyExists(): RestError {
  return new RestError('woocommerce_rest_customer_exists', 'Cannot create existing resource.', 400);
}

/** Recording 50: customers have no trash. */
export function noTrash(): RestError {
  return new RestError('woocommerce_rest_trash_not_supported', 'Customers do not support trashing.', 501);
}
