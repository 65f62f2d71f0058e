// Sends a file as it is, with its progress: a form around it would have to be taken apart again.
import { problemText } from "./http";

export interface Upload {
  url: string;
  file: File;
  type: string;
  bar: HTMLProgressElement;
  /** Called with the answer when it is no error. */
  done(answer: string): void;
  failed(text: string): void;
}

/** Starts to send; the request can be aborted. */
export function upload({ url, file, type, bar, done, failed }: Upload): XMLHttpRequest {
  const request = new XMLHttpRequest();
  const end = (text: string) => {
    bar.value = 0;
    failed(text);
  };
  request.upload.onprogress = (event) => {
    if (event.lengthComputable) bar.value = Math.round((1000 * event.loaded) / event.total);
  };
  request.onload = () => {
    if (request.status < 300) done(request.responseText);
    else end(problemText(request.status, request.responseText));
  };
  request.onerror = () => end("The upload broke off. Check the connection and try again.");
  request.open("POST", url);
  request.setRequestHeader("Content-Type", type);
  request.send(file);
  return request;
}
