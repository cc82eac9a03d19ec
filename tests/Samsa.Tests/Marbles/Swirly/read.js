// Reads marble files with Swirly and prints, a line of JSON for each, the streams it found.
import { readFileSync } from 'node:fs'
import { parseMarbleDiagramSpecification } from '@swirly/parser'

for (const path of process.argv.slice(2)) {
  const { content } = parseMarbleDiagramSpecification(readFileSync(path, 'utf8'))
  console.log(JSON.stringify({
    path,
    operators: content.filter(({ kind }) => kind === 'O').length,
    streams: content.filter(({ kind }) => kind === 'S').map(({ title, frame, messages }) => ({
      title,
      messages: messages.map(message => ({ frame: message.frame + frame, kind: message.notification.kind }))
    }))
  }))
}
