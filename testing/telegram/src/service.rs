//! From a request to its answer: path, token, faults, the list of calls.

use std::sync::Arc;

use samocode_testing_http::{Answer, Handler, Request};
use serde_json::{Value, json};

use crate::bot_api;
use crate::call::Call;
use crate::fault::Fault;
use crate::happening::Happening;
use crate::params::Params;
use crate::refusal::Refusal;
use crate::state::Shared;

/// The bot's side of the stand-in.
#[derive(Debug)]
pub(crate) struct Service {
    pub(crate) token: String,
    pub(crate) shared: Arc<Shared>,
}

impl Handler for Service {
    fn answer(&self, request: &Request) -> Answer {
        let path = request.path.split('?').next().unwrap_or_default();
        let Some((token, method)) = path.strip_prefix("/bot").and_then(|rest| rest.split_once('/')) else {
            return Refusal::new(404, "Not Found").answer();
        };
        let params = Params::read(request);
        let shown = params.as_ref().map_or(Value::Null, Params::shown);
        let (number, fault) = self.shared.change(|state| {
            let fault = state.faults.take(method);
            if let Some(fault) = &fault {
                state.happenings.push(Happening::Fault { method: method.to_owned(), fault: fault.clone() });
            }
            state.calls.push(Call::new(method, shown, fault.clone()));
            (state.calls.len() - 1, fault)
        });
        let outcome = self.decide(token, method, params, fault.as_ref());
        match fault {
            Some(Fault::DropBefore | Fault::DropAfter) => Answer::Cut,
            Some(Fault::ServerError) => self.proxy_error(number),
            Some(Fault::Slow(time)) => Answer::Late(time, Box::new(self.answered(number, outcome))),
            _ => self.answered(number, outcome),
        }
    }

    fn unreadable(&self, why: String) -> Answer {
        self.shared.change(|state| {
            state.happenings.push(Happening::Refused { method: "a request".to_owned(), why: why.clone() });
        });
        Refusal::bad(why).answer()
    }

    fn turned_away(&self, why: String) {
        self.shared.change(|state| {
            state.happenings.push(Happening::Refused { method: "a connection".to_owned(), why });
        });
    }
}

impl Service {
    fn decide(
        &self,
        token: &str,
        method: &str,
        params: Result<Params, Refusal>,
        fault: Option<&Fault>,
    ) -> Result<Value, Refusal> {
        match fault {
            Some(Fault::DropBefore | Fault::ServerError) => return Ok(Value::Null),
            Some(fault) => fault.refusal().map_or(Ok(()), Err)?,
            None => {}
        }
        if token != self.token {
            return Err(Refusal::unauthorized());
        }
        bot_api::call(&self.shared, method, &params?)
    }

    /// Notes the outcome with its call and makes it an answer.
    fn answered(&self, number: usize, outcome: Result<Value, Refusal>) -> Answer {
        self.shared.change(|state| {
            let reachable = !state.closed;
            let call = &mut state.calls[number];
            match outcome {
                Ok(result) => {
                    call.code = reachable.then_some(200);
                    Answer::json(200, &json!({"ok": true, "result": result}).to_string())
                }
                Err(refusal) => {
                    call.code = reachable.then_some(refusal.code);
                    call.refused = Some(refusal.description.clone());
                    let ordered = call.fault.as_ref().is_some_and(|fault| fault.refusal().is_some());
                    if !ordered {
                        let (method, why) = (call.method.clone(), refusal.description.clone());
                        state.happenings.push(Happening::Refused { method, why });
                    }
                    refusal.answer()
                }
            }
        })
    }

    fn proxy_error(&self, number: usize) -> Answer {
        self.shared.change(|state| state.calls[number].code = Some(502));
        Answer::Whole {
            code: 502,
            headers: vec![("content-type".to_owned(), "text/html".to_owned())],
            body: "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n\
                   <center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n"
                .to_owned(),
        }
    }
}
