/** An open order: `left` is what is not matched yet. One to buy is not `inBook` until its money is there. */
export type Open = Readonly<{ order: number; side: 'buy' | 'sell'; price: number; left: number; inBook: boolean }>;
export type Order = Open & Readonly<{ owner: string; account: string }>;

/** The open orders, in the order in which they came into the book. */
export type Book<Each extends Open = Order> = readonly Each[];

type Matched = Readonly<{ buy: number; sell: number; quantity: number }>;
export type Match = Matched & Readonly<{ price: number; account: string; why: 'best-price' | 'first-at-its-price' }>;

export const orderIn = <Each extends Open>(book: Book<Each>, order: number): Each | undefined =>
  book.find((each) => each.order === order);

export const withoutOrder = <Each extends Open>(book: Book<Each>, order: number): Book<Each> =>
  book.filter((each) => each.order !== order);

/** The order is the last in time at its price. */
export const withOrder = <Each extends Open>(book: Book<Each>, order: Each): Book<Each> => [
  ...withoutOrder(book, order.order),
  order,
];

/** The order is in the book from now on, which is when its time counts from. */
export const withFunded = <Each extends Open>(book: Book<Each>, order: number): Book<Each> => {
  const open = orderIn(book, order);
  return open ? withOrder(book, { ...open, inBook: true }) : book;
};

/** Both orders have so much less left; whichever has nothing left is out of the book. */
export const withMatch = <Each extends Open>(book: Book<Each>, { buy, sell, quantity }: Matched): Book<Each> =>
  book
    .map((each) => (each.order === buy || each.order === sell ? { ...each, left: each.left - quantity } : each))
    .filter(({ left }) => left > 0);

/**
 * What the newest order in the book is matched with: the best price first, and at one price whoever was first. The price is that of the order
 * that was there before.
 */
export const matchesOf = (book: Book): readonly Match[] => {
  const newest = book.at(-1);
  if (!newest?.inBook) return [];
  const isBuy = newest.side === 'buy';
  const against = book
    .filter(
      ({ side, inBook, price }) => inBook && side !== newest.side && (isBuy ? price <= newest.price : price >= newest.price),
    )
    .toSorted((one, other) => (isBuy ? one.price - other.price : other.price - one.price));
  let left = newest.left;
  return against.flatMap((resting): readonly Match[] => {
    const quantity = Math.min(left, resting.left);
    left -= quantity;
    if (quantity === 0) return [];
    const [buy, sell] = isBuy ? [newest, resting] : [resting, newest];
    const others = against.filter(({ order, price }) => price === resting.price && order !== resting.order);
    const why = others.length > 0 ? 'first-at-its-price' : 'best-price';
    return [{ buy: buy.order, sell: sell.order, price: resting.price, quantity, account: sell.account, why }];
  });
};
