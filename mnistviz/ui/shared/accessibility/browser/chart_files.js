// Lists the charts of the page when it is unfolded, and makes the file of the pressed button.

// Pixels of a PNG along a pixel of the page: sharp on paper and in a slide.
const SCALE = 3

const chartsOfPage = () => [...document.querySelectorAll('[data-testid="stMain"] .js-plotly-plot')]
  .filter(plot => plot.data && plot.getClientRects().length)
  .map((plot, number) => ({
    plot,
    name: plot.closest('[role=figure]')?.ariaLabel || `Chart ${number + 1}`,
    key: plot.closest('[class*="st-key-"]')?.className.match(/st-key-([\w-]+)/)?.[1] ?? number + 1,
  }))

const fileName = key => `mnistviz-${location.pathname.split('/').at(-1) || 'home'}-${key}`

const saveCsv = (charts, name) => {
  const csv = new Blob(['\ufeff', toCsv(rowsOf(charts))], { type: 'text/csv' })
  const link = document.createElement('a')
  link.href = URL.createObjectURL(csv)
  link.download = `${name}.csv`
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}

// Plotly copies the chart at once. The copy has the page's colour: its text is made for it.
const savePicture = ({ plot, key }, format) => {
  const { layout, _context: context } = plot
  const paper = layout.paper_bgcolor
  context.toImageButtonOptions = { format, filename: fileName(key), scale: format === 'png' ? SCALE : 1 }
  layout.paper_bgcolor = getComputedStyle(document.querySelector('[data-testid="stApp"]')).backgroundColor
  plot.querySelector('.modebar-btn').click()
  layout.paper_bgcolor = paper
}

const button = (text, name, act) => {
  const one = document.createElement('button')
  one.type = 'button'
  one.textContent = text
  one.ariaLabel = `${text} of: ${name}`
  one.onclick = act
  return one
}

// A chart may be drawn anew between two presses: it is looked up by its key each time.
const listItem = ({ key, name }) => {
  const item = document.createElement('li')
  const title = document.createElement('span')
  title.textContent = name
  const withChart = act => () => chartsOfPage().filter(chart => chart.key === key).forEach(act)
  item.append(
    title,
    ...['png', 'svg'].map(format =>
      button(format.toUpperCase(), name, withChart(chart => savePicture(chart, format)))),
    button('CSV', name, withChart(chart => saveCsv([chart], fileName(key)))),
  )
  return item
}

export default function ({ parentElement }) {
  const details = parentElement.querySelector('details')
  let listed = ''
  const fill = () => {
    const charts = details.open ? chartsOfPage() : []
    const found = charts.map(({ key, name }) => `${key} ${name}`).join()
    if (found !== listed) details.querySelector('ul').replaceChildren(...charts.map(listItem))
    listed = found
  }
  details.ontoggle = fill
  // Charts that came since are listed before the next press.
  details.onpointerenter = fill
  details.onfocusin = fill
  details.querySelector('[data-all]').onclick = () => saveCsv(chartsOfPage(), fileName('numbers'))
}
