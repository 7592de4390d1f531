/**
 * US dollars a month for a gigabyte of a stored image, in however many regions:
 * https://docs.digitalocean.com/products/images/custom-images/details/pricing
 */
export const imageGigabytePrice = 0.06;
