/**
 * Which of the thousands of concepts in company filings are read, and by which tags companies have filed each: accounting
 * rules and habits changed the tag over the years. Tags that name the same figure stand together; a wider or narrower one
 * stands in only for periods that have no better. Each fact keeps its own tag.
 */

export interface Concept {
  label: string
  /** `taxonomy:tag`, the preferred first: within an inner list they mean the same. */
  tags: readonly (readonly string[])[]
  /** Statements of interim periods give the sum since the year began, and often nothing else. */
  isCumulative?: boolean
}

export const CONCEPTS: readonly Concept[] = [
  {
    label: 'Revenue',
    tags: [
      [
        'us-gaap:Revenues',
        'us-gaap:RevenueFromContractWithCustomerExcludingAssessedTax',
        'us-gaap:SalesRevenueNet',
      ],
      ['us-gaap:RevenueFromContractWithCustomerIncludingAssessedTax'],
      ['us-gaap:RevenuesNetOfInterestExpense'],
      ['ifrs-full:Revenue'],
    ],
  },
  { label: 'Gross profit', tags: [['us-gaap:GrossProfit'], ['ifrs-full:GrossProfit']] },
  {
    label: 'Operating income',
    tags: [['us-gaap:OperatingIncomeLoss'], ['ifrs-full:ProfitLossFromOperatingActivities']],
  },
  {
    label: 'Net income',
    tags: [
      ['us-gaap:NetIncomeLoss'],
      ['us-gaap:ProfitLoss'],
      ['ifrs-full:ProfitLossAttributableToOwnersOfParent'],
      ['ifrs-full:ProfitLoss'],
    ],
  },
  {
    label: 'Earnings per share, diluted',
    tags: [
      ['us-gaap:EarningsPerShareDiluted', 'us-gaap:EarningsPerShareBasicAndDiluted'],
      ['ifrs-full:DilutedEarningsLossPerShare'],
    ],
  },
  {
    label: 'Dividends per share',
    tags: [
      ['us-gaap:CommonStockDividendsPerShareDeclared'],
      ['us-gaap:CommonStockDividendsPerShareCashPaid'],
    ],
  },
  { label: 'Total assets', tags: [['us-gaap:Assets'], ['ifrs-full:Assets']] },
  { label: 'Current assets', tags: [['us-gaap:AssetsCurrent'], ['ifrs-full:CurrentAssets']] },
  { label: 'Total liabilities', tags: [['us-gaap:Liabilities'], ['ifrs-full:Liabilities']] },
  { label: 'Current liabilities', tags: [['us-gaap:LiabilitiesCurrent'], ['ifrs-full:CurrentLiabilities']] },
  {
    label: 'Equity',
    tags: [
      ['us-gaap:StockholdersEquity'],
      ['us-gaap:StockholdersEquityIncludingPortionAttributableToNoncontrollingInterest'],
      ['ifrs-full:EquityAttributableToOwnersOfParent'],
      ['ifrs-full:Equity'],
    ],
  },
  {
    label: 'Cash',
    tags: [
      ['us-gaap:CashAndCashEquivalentsAtCarryingValue'],
      ['us-gaap:CashCashEquivalentsRestrictedCashAndRestrictedCashEquivalents'],
      ['ifrs-full:CashAndCashEquivalents'],
    ],
  },
  {
    label: 'Long-term debt',
    tags: [['us-gaap:LongTermDebtNoncurrent'], ['ifrs-full:NoncurrentPortionOfNoncurrentBorrowings']],
  },
  // Holds the part that is due within a year, which the label above and the one below keep apart.
  { label: 'Long-term debt with its current part', tags: [['us-gaap:LongTermDebt']] },
  {
    label: 'Debt due within a year',
    tags: [
      ['us-gaap:DebtCurrent'],
      ['us-gaap:LongTermDebtCurrent'],
      ['us-gaap:ShortTermBorrowings'],
      ['ifrs-full:CurrentBorrowings'],
    ],
  },
  {
    label: 'Operating cash flow',
    isCumulative: true,
    tags: [
      ['us-gaap:NetCashProvidedByUsedInOperatingActivities'],
      ['us-gaap:NetCashProvidedByUsedInOperatingActivitiesContinuingOperations'],
      ['ifrs-full:CashFlowsFromUsedInOperatingActivities'],
    ],
  },
  {
    label: 'Capital expenditure',
    isCumulative: true,
    tags: [
      ['us-gaap:PaymentsToAcquirePropertyPlantAndEquipment'],
      ['us-gaap:PaymentsToAcquireProductiveAssets'],
      ['ifrs-full:PurchaseOfPropertyPlantAndEquipmentClassifiedAsInvestingActivities'],
    ],
  },
  {
    label: 'Shares outstanding',
    tags: [['dei:EntityCommonStockSharesOutstanding'], ['us-gaap:CommonStockSharesOutstanding']],
  },
  {
    label: 'Shares, diluted average',
    tags: [
      ['us-gaap:WeightedAverageNumberOfDilutedSharesOutstanding'],
      ['ifrs-full:AdjustedWeightedAverageShares'],
    ],
  },
]
