/**
 * Controls that need a script: templates render them as `disabled data-needs-script`, so that nothing pressed on a slow
 * network is lost or sent to the server as a form. A page's script enables them once it listens.
 */

/** Enables these controls under `root`. */
export function enableControls(root = document) {
  for (const control of root.querySelectorAll("[data-needs-script]")) {
    control.disabled = false;
    delete control.dataset.needsScript;
  }
}
