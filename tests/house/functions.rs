//! The functions of a program, and how long they are.

use super::tokens::{Token, closing};

/// A function, and the number of lines between the braces of its body.
#[derive(Debug, PartialEq)]
pub struct Function {
    pub name: String,
    pub line: usize,
    pub lines: usize,
}

/// Finds the functions that have a body, those within other functions too.
pub fn functions(tokens: &[Token]) -> Vec<Function> {
    let named = |at: &usize| tokens[*at].text == "fn" && tokens.get(at + 1).is_some_and(|next| next.text != "(");
    (0..tokens.len()).filter(named).filter_map(|at| function(tokens, at)).collect()
}

fn function(tokens: &[Token], start: usize) -> Option<Function> {
    let mut at = start;
    loop {
        match tokens.get(at)?.text.as_str() {
            ";" => return None,
            "(" | "[" => at = closing(tokens, at) + 1,
            "{" => break,
            _ => at += 1,
        }
    }
    let (open, close) = (tokens[at].line, tokens.get(closing(tokens, at))?.line);
    // A body on the line of its braces is a line too.
    let lines = close.saturating_sub(open + 1).max(1);
    Some(Function { name: tokens[start + 1].text.clone(), line: tokens[start].line, lines })
}
