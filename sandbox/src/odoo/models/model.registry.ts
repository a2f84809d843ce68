import type { Model, OdooVersion } from '../orm/model.types.ts';
import { attributeModels } from './attribute.models.ts';
import { companyModel } from './company.model.ts';
import { currencyModels } from './currency.models.ts';
import { keyModel } from './key.model.ts';
import { languageModel } from './language.model.ts';
import { mailModels } from './mail.models.ts';
import { parameterModel } from './parameter.model.ts';
import { ADMIN_PARTNER, partnerModel } from './partner.model.ts';
import { generatedProducts } from './product.generator.ts';
import { productTemplateModel } from './product-template.model.ts';
import { productVariantModel } from './product-variant.model.ts';
import { referenceModels } from './reference.models.ts';
import { generatedSales } from './sale.generator.ts';
import { saleLineModel } from './sale-line.model.ts';
import { saleOrderModel } from './sale-order.model.ts';
import { taxModel } from './tax.model.ts';
import { userModel } from './user.model.ts';

export interface DatasetParts {
  version: OdooVersion;
  seed: number;
  partners: number;
  /** Templates. */
  products: number;
  orders: number;
  /** Of the administrator. */
  login: string;
}

/** Every model of a sandbox, with its generated records. */
export function modelsOf(parts: DatasetParts): Model[] {
  const { version, login } = parts;
  const partners = partnerModel(parts);
  const products = generatedProducts(parts);
  const firstPartnerId = partners.generated?.firstId ?? 1;
  const sales = generatedSales({ ...parts, firstPartnerId, fallbackPartnerId: ADMIN_PARTNER });
  return [
    ...referenceModels(version),
    ...currencyModels(),
    taxModel(),
    languageModel(),
    companyModel(version),
    ...mailModels(),
    partners,
    userModel(version, login),
    keyModel(),
    parameterModel(),
    productTemplateModel(version, products['product.template']),
    productVariantModel(products['product.product']),
    ...attributeModels(products),
    saleOrderModel(version, sales['sale.order']),
    saleLineModel(version, sales['sale.order.line']),
  ];
}
