// The numbers behind Plotly charts as rows, and rows as CSV.

const isList = value => Array.isArray(value) || ArrayBuffer.isView(value)
const plain = text => String(text ?? '').replace(/<br>/g, ', ').replace(/<[^>]+>/g, '')

// Names of the custom data of a trace: the word before each of them in its hover text.
const factNames = (trace, count) => Array.from({ length: count }, (_, number) => {
  const template = plain(isList(trace.hovertemplate) ? trace.hovertemplate[0] : trace.hovertemplate)
  const before = template.split(`%{customdata[${number}]`)[0]
  const word = before === template ? '' : before.match(/([\w]+)[^\w}]*$/)?.[1]
  return word || (before === template ? `fact ${number}` : 'value')
})

// One row for each cell of a heatmap, or for each point of another trace.
const rowsOfTrace = trace => {
  const rows = []
  if (isList(trace.z) && isList(trace.z[0])) {
    const names = factNames(trace, trace.customdata?.[0]?.[0]?.length ?? 0)
    trace.z.forEach((line, y) => Array.from(line).forEach((z, x) => {
      if (z === null || Number.isNaN(z)) return
      const facts = trace.customdata?.[y]?.[x]
      const row = { x: trace.x?.[x] ?? x, y: trace.y?.[y] ?? y, z, text: plain(trace.text?.[y]?.[x]) }
      names.forEach((name, number) => { row[name] = facts?.[number] })
      rows.push(row)
    }))
    return rows
  }
  const columns = Object.entries({ ...trace, error: trace.error_y?.array ?? trace.error_x?.array })
    .filter(([name, value]) => isList(value) && name !== 'customdata')
  const length = Math.max(0, ...columns.map(([, values]) => values.length))
  for (let index = 0; index < length; index++) {
    const row = { x: index }
    for (const [name, values] of columns) row[name] = name === 'text' ? plain(values[index]) : values[index]
    rows.push(row)
  }
  return rows
}

// All rows of charts: the name of the chart, that of the trace, then what the trace has.
const rowsOf = charts => charts.flatMap(({ name, plot }) => plot.data.flatMap((trace, number) =>
  rowsOfTrace(trace).map(row => ({ chart: name, trace: plain(trace.name) || number, ...row }))))

// RFC 4180: a value with a comma, a quote or a line break is quoted.
const quoted = value => {
  const text = isList(value) ? Array.from(value).join(' ') : String(value ?? '')
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
const toCsv = rows => {
  const names = [...new Set(rows.flatMap(row => Object.keys(row)))]
    .filter(name => rows.some(row => (row[name] ?? '') !== ''))
  const lines = [names, ...rows.map(row => names.map(name => row[name]))]
  return lines.map(line => line.map(quoted).join(',')).join('\r\n') + '\r\n'
}
