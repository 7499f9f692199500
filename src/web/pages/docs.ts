/** The API, readable: made from the same OpenAPI document that programs read. */
import type { Page } from '../page.ts'
import { viewApiDocs } from '../view-models/api-docs-view.ts'

export function createDocsPage(document: object): Page {
  return {
    title: 'API',
    nav: null,
    template: 'docs/docs',
    data: { api: viewApiDocs(document) },
    regions: [],
    live: false,
    hasForm: false,
  }
}
